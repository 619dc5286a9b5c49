//! Watches the water level at a weir.

pub mod alarm;
pub mod gauge;
