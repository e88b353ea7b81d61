//! Ids of commands: which a sender may give, and how one is made for a sender without.

const LONGEST: usize = 64;

/// Whether a sender may use that id. It stands in the address of its outcome, so it holds nothing that an
/// address would take apart (RFC 3986 §2.3), and is not only dots.
pub(super) fn is_valid(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(plain) && id.bytes().any(|byte| byte != b'.')
}

/// A new UUID of version 7 (RFC 9562, 5.7): milliseconds since 1970, then random bits.
pub(super) fn make(wall_ms: i64) -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let ms = u64::try_from(wall_ms).unwrap_or(0).to_be_bytes();
    bytes[..6].copy_from_slice(&ms[2..]);
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        number >> 80 & 0xffff,
        number >> 64 & 0xffff,
        number >> 48 & 0xffff,
        number & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::{is_valid, make};

    #[test]
    fn an_id_is_a_uuid_of_version_7_in_order_of_time() {
        let (early, late) = (make(1_790_000_000_000), make(1_790_000_000_001));
        assert!(early < late, "{early} {late}");
        assert_eq!((early.len(), &early[14..15]), (36, "7"));
        assert!("89ab".contains(&early[19..20]), "{early}");
        assert!(is_valid(&early));
        assert_ne!(make(0), make(0));
    }

    #[test]
    fn ids_are_short_and_printable() {
        for (id, valid) in [
            ("1", true),
            ("", false),
            ("a b", false),
            ("ü", false),
            ("a\n", false),
            ("a/b", false),
            ("..", false),
        ] {
            assert_eq!(is_valid(id), valid, "{id:?}");
        }
        assert!(is_valid(&"x".repeat(64)));
        assert!(!is_valid(&"x".repeat(65)));
    }
}
