//! Comparisons, joined by `&&`, `||` and parentheses.

use crate::NotAPattern;
use crate::scan::Scan;

/// How deeply parentheses may be nested.
const DEEPEST: usize = 32;

/// A condition of comparisons of some kind.
#[derive(Debug, Clone)]
pub(crate) enum Condition<C> {
    Is(C),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl<C> Condition<C> {
    /// Reads one whose comparisons are read by `one`. `&&` binds closer than `||`.
    pub(crate) fn parse(
        scan: &mut Scan<'_>,
        one: &impl Fn(&mut Scan<'_>) -> Result<C, NotAPattern>,
    ) -> Result<Self, NotAPattern> {
        Self::any(scan, one, DEEPEST)
    }

    fn any(
        scan: &mut Scan<'_>,
        one: &impl Fn(&mut Scan<'_>) -> Result<C, NotAPattern>,
        depth: usize,
    ) -> Result<Self, NotAPattern> {
        let mut any = vec![Self::all(scan, one, depth)?];
        while joined(scan, "||") {
            any.push(Self::all(scan, one, depth)?);
        }
        Ok(Self::join(any, Self::Any))
    }

    fn all(
        scan: &mut Scan<'_>,
        one: &impl Fn(&mut Scan<'_>) -> Result<C, NotAPattern>,
        depth: usize,
    ) -> Result<Self, NotAPattern> {
        let mut all = vec![Self::operand(scan, one, depth)?];
        while joined(scan, "&&") {
            all.push(Self::operand(scan, one, depth)?);
        }
        Ok(Self::join(all, Self::All))
    }

    fn operand(
        scan: &mut Scan<'_>,
        one: &impl Fn(&mut Scan<'_>) -> Result<C, NotAPattern>,
        depth: usize,
    ) -> Result<Self, NotAPattern> {
        scan.blanks();
        if !scan.take("(") {
            return one(scan).map(Self::Is);
        }
        let deeper = depth.checked_sub(1).ok_or(NotAPattern::TooLarge)?;
        let inner = Self::any(scan, one, deeper)?;
        scan.expect(")")?;
        Ok(inner)
    }

    fn join(mut parts: Vec<Self>, join: impl FnOnce(Vec<Self>) -> Self) -> Self {
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                join(parts)
            }
        }
    }

    /// Whether it holds, given which comparisons do.
    pub(crate) fn holds(&self, one: &impl Fn(&C) -> bool) -> bool {
        match self {
            Self::Is(comparison) => one(comparison),
            Self::All(parts) => parts.iter().all(|part| part.holds(one)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(one)),
        }
    }
}

fn joined(scan: &mut Scan<'_>, by: &str) -> bool {
    scan.blanks();
    scan.take(by)
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    /// The longer ones first.
    const WRITTEN: [(&'static str, Self); 6] = [
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    /// The one that comes next, if any does.
    pub(crate) fn take(scan: &mut Scan<'_>) -> Option<Self> {
        scan.blanks();
        Self::WRITTEN
            .into_iter()
            .find(|(text, _)| scan.take(text))
            .map(|(_, comparator)| comparator)
    }

    /// Whether it is about the order of numbers.
    pub(crate) fn orders(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it holds between two numbers.
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}
