/// The last readings of a gauge, in centimetres, oldest first.
#[derive(Debug, Default)]
pub struct Gauge {
    readings: Vec<i32>,
}

impl Gauge {
    pub fn record(&mut self, level: i32) {
        self.readings.push(level);
    }

    pub fn latest(&self) -> Option<i32> {
        self.readings.last().copied()
    }

    /// The mean of the last `count` readings.
    pub fn mean(&self, count: usize) -> Option<f64> {
        let start = self.readings.len().saturating_sub(count);
        let last = &self.readings[start..];
        if last.is_empty() {
            return None;
        }
        Some(f64::from(last.iter().sum::<i32>()) / last.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_gauge_has_no_level() {
        assert_eq!(Gauge::default().latest(), None);
        assert_eq!(Gauge::default().mean(3), None);
    }

    #[test]
    fn the_mean_is_of_the_last_readings() {
        let mut gauge = Gauge::default();
        for level in [100, 110, 120, 130] {
            gauge.record(level);
        }
        assert_eq!(gauge.mean(2), Some(125.0));
    }
}
