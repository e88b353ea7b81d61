//! Where an entry stands in its game: a segment's index and a position key between its neighbours'.
//!
//! Written `2.V`, so that comparing two as strings, byte by byte, gives the order of play: whoever holds a
//! board sorts by it without parsing. Positions are decided once and stored.
//!
//! A position is an integer part and, after an insertion, a fraction, in the digits `0-9A-Za-z`. The
//! integers are `V`…`x`, then `y00`…`yzz`, then `z0000`…`zzzzz`, so that appending keeps keys short.

use std::cmp::Ordering;
use std::fmt;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The first key of a segment: half-way, so that there is room before it.
const FIRST: &str = "V";

/// A place in a game's course.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// 0 before the first segment; each segment that has started, intervals too, counts one more.
    pub segment: u16,
    /// A key of the digits `0-9A-Za-z` between the neighbours' keys.
    pub position: String,
}

impl Order {
    /// The place after `last`, where that is in the same segment, else the first of `segment`.
    #[must_use]
    pub fn after(segment: u16, last: Option<&Order>) -> Self {
        let position = match last {
            Some(last) if last.segment == segment => next_integer(&last.position),
            _ => FIRST.to_owned(),
        };
        Self { segment, position }
    }

    /// A place between two; without a `next` in the same segment, at the segment's end.
    #[must_use]
    pub fn between(previous: &Order, next: Option<&Order>) -> Self {
        match next.filter(|next| next.segment == previous.segment && next.position > previous.position) {
            Some(next) => {
                let position = midpoint(previous.position.as_bytes(), Some(next.position.as_bytes()));
                Self { segment: previous.segment, position }
            }
            None => Self::after(previous.segment, Some(previous)),
        }
    }

    /// Reads the written form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, position) = text.split_once('.')?;
        let digits = prefix.trim_start_matches(['a', 'b', 'c', 'd']);
        let segment: u16 = digits.parse().ok()?;
        let plain = !position.is_empty() && position.bytes().all(|b| b.is_ascii_alphanumeric());
        (plain && prefix == written(segment)).then(|| Self { segment, position: position.to_owned() })
    }
}

/// A segment's index so that more digits sort after fewer: `9`, then `a10`, then `b100`.
fn written(segment: u16) -> String {
    match segment {
        0..=9 => segment.to_string(),
        10..=99 => format!("a{segment}"),
        100..=999 => format!("b{segment}"),
        1_000..=9_999 => format!("c{segment}"),
        10_000.. => format!("d{segment}"),
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", written(self.segment), self.position)
    }
}

fn value(digit: u8) -> usize {
    match digit {
        b'0'..=b'9' => usize::from(digit - b'0'),
        b'A'..=b'Z' => usize::from(digit - b'A') + 10,
        b'a'..=b'z' => usize::from(digit - b'a') + 36,
        _ => 0,
    }
}

/// The integer after a key's integer part.
fn next_integer(key: &str) -> String {
    let bytes = key.as_bytes();
    let head = bytes.first().copied().unwrap_or(b'0');
    let digits = match head {
        b'y' => 2,
        b'z' => 4,
        _ if value(head) < value(FIRST.as_bytes()[0]) => return FIRST.to_owned(),
        b'x' => return "y00".to_owned(),
        _ => return char::from(DIGITS[value(head) + 1]).to_string(),
    };
    let Some(tail) = bytes.get(1..=digits) else { return format!("{key}{}", "0".repeat(digits)) };
    let number = tail.iter().fold(0, |number, digit| number * 62 + value(*digit)) + 1;
    if number == 62_usize.pow(u32::try_from(digits).unwrap_or(4)) {
        return if head == b'y' { "z0000".to_owned() } else { midpoint(bytes, None) };
    }
    let mut next = vec![b'0'; digits + 1];
    next[0] = head;
    let mut rest = number;
    for place in (1..=digits).rev() {
        next[place] = DIGITS[rest % 62];
        rest /= 62;
    }
    next.into_iter().map(char::from).collect()
}

/// A key between two, `a < b` byte-wise, as short as can be and never ending in `0`, so that there is
/// always room on both sides. Without `b`: anywhere after `a`.
fn midpoint(a: &[u8], b: Option<&[u8]>) -> String {
    let mut key = String::new();
    let (mut a, mut b) = (a, b);
    loop {
        let low = a.first().map_or(0, |digit| value(*digit));
        let high = b.map_or(62, |b| b.first().map_or(0, |digit| value(*digit)));
        match (high.saturating_sub(low)).cmp(&1) {
            Ordering::Greater => {
                key.push(char::from(DIGITS[usize::midpoint(low, high)]));
                return key;
            }
            // Side by side: what follows is only bounded from below.
            Ordering::Equal => b = None,
            Ordering::Less => b = b.map(|b| b.get(1..).unwrap_or_default()),
        }
        key.push(char::from(DIGITS[low]));
        a = a.get(1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    fn order(text: &str) -> Order {
        Order::parse(text).expect("a written order")
    }

    #[test]
    fn two_thousand_appends_stay_short_and_in_order() {
        let mut last = Order::after(2, None);
        assert_eq!(last.to_string(), "2.V");
        for _ in 0..2_000 {
            let next = Order::after(2, Some(&last));
            assert!(next.to_string() > last.to_string(), "{next} after {last}");
            last = next;
        }
        assert!(last.position.len() <= 3, "{last}");
    }

    #[test]
    fn beyond_the_last_short_integer_come_longer_ones() {
        for (last, next) in [("2.x", "2.y00"), ("2.yzz", "2.z0000"), ("2.F", "2.V"), ("2.VV", "2.W")] {
            assert_eq!(Order::after(2, Some(&order(last))).to_string(), next);
        }
    }

    #[test]
    fn there_is_always_room_between_two() {
        for (a, b) in [("2.V", "2.W"), ("2.x", "2.y00"), ("2.y00", "2.y01"), ("2.yzz", "2.z0000")] {
            let (first, mut next) = (order(a), order(b));
            for _ in 0..200 {
                let middle = Order::between(&first, Some(&next));
                assert!(first.to_string() < middle.to_string() && middle.to_string() < next.to_string());
                next = middle;
            }
            let (mut first, next) = (order(a), order(b));
            for _ in 0..200 {
                let middle = Order::between(&first, Some(&next));
                assert!(first.to_string() < middle.to_string() && middle.to_string() < next.to_string());
                first = middle;
            }
        }
    }

    #[test]
    fn written_orders_sort_like_orders() {
        let mut orders: Vec<Order> = [0, 9, 10, 99, 100, 999, 1_000, 65_535]
            .into_iter()
            .flat_map(|segment| ["V", "VV", "y00"].map(|p| Order { segment, position: p.to_owned() }))
            .collect();
        orders.sort();
        let written: Vec<String> = orders.iter().map(ToString::to_string).collect();
        assert!(written.is_sorted(), "{written:?}");
        assert!(written.iter().zip(&orders).all(|(text, order)| Order::parse(text).as_ref() == Some(order)));
    }

    #[test]
    fn what_is_no_order_is_not_read() {
        for text in ["", "2", "2.", ".V", "a2.V", "10.V", "2.V!", "99999.V"] {
            assert_eq!(Order::parse(text), None, "{text}");
        }
    }
}
