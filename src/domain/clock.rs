//! A clock is an anchor: a value at a moment, and whether it runs. Nothing ticks.

/// Which way a clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From zero upwards, as in football.
    Up,
    /// Down to zero, as in basketball.
    Down,
}

/// A moment as the box knows it: the monotonic line of one start, and wall time for display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Which start of the box, counted from 1; monotonic times of different starts do not compare.
    pub boot: u32,
    /// Milliseconds on that start's monotonic line.
    pub mono_ms: u64,
    /// Milliseconds since 1970 as the machine believed.
    pub wall_ms: i64,
    /// Whether the machine's wall time could be believed then.
    pub wall_trusted: bool,
}

/// A game clock at rest in data: its value at an anchor, and how it moves from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whether it moves.
    pub running: bool,
    /// Which way it counts.
    pub direction: Direction,
    /// What it showed at the anchor, in milliseconds.
    pub value_ms: u64,
    /// The start of the box the anchor belongs to.
    pub boot: u32,
    /// The anchor on that start's monotonic line, in milliseconds.
    pub at_ms: u64,
}

impl Clock {
    /// A stopped clock.
    #[must_use]
    pub fn stopped(direction: Direction, value_ms: u64) -> Self {
        Self { running: false, direction, value_ms, boot: 0, at_ms: 0 }
    }

    /// What the clock shows at that moment. A stopped clock, and a running one asked about another start
    /// of the box, show the anchor's value.
    #[must_use]
    pub fn value_at(&self, now: &Stamp) -> u64 {
        if !self.running || now.boot != self.boot {
            return self.value_ms;
        }
        let passed = now.mono_ms.saturating_sub(self.at_ms);
        match self.direction {
            Direction::Up => self.value_ms.saturating_add(passed),
            Direction::Down => self.value_ms.saturating_sub(passed),
        }
    }

    /// The same clock anchored anew at that moment, running or not.
    #[must_use]
    pub fn anchored(&self, now: &Stamp, value_ms: u64, running: Running) -> Self {
        Self {
            running: matches!(running, Running::Yes),
            direction: self.direction,
            value_ms,
            boot: now.boot,
            at_ms: now.mono_ms,
        }
    }
}

/// Whether a clock moves; a word where a bare `true` would say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// It moves.
    Yes,
    /// It stands.
    No,
}
