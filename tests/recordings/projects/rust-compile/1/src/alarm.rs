use crate::gauge::Gauge;

#[derive(Debug, PartialEq, Eq)]
pub enum State {
    Calm,
    Watch,
    Flood,
}

pub struct Limits {
    pub watch: i32,
    pub flood: i32,
}

pub fn state(gauge: &Gauge, limits: &Limits) -> State {
    match gauge.latest() {
        Some(level) if level >= limits.flood => State::Flood,
        Some(level) if level >= limits.watch => State::Watch,
        _ => State::Calm,
    }
}

/// How far the level is above the flood limit, in centimetres.
pub fn excess(gauge: &Gauge, limits: &Limits) -> i32 {
    gauge.latest().map_or(0, |level| (level - limits.flood).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_follows_the_level() {
        let limits = Limits { watch: 200, flood: 300 };
        let mut gauge = Gauge::default();
        for (level, expected) in [(100, State::Calm), (200, State::Watch), (310, State::Flood)] {
            gauge.record(level);
            assert_eq!(state(&gauge, &limits), expected);
        }
        assert_eq!(excess(&gauge, &limits), 10);
    }
}
