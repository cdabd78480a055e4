//! Looks for a byte among eight at once.

/// Where the first byte stands that is one of two.
///
/// All eight are looked at together: a byte that is 0 borrows from its top bit.
#[must_use]
#[inline]
pub(crate) const fn first_of(bytes: [u8; 8], one: u8, other: u8) -> Option<usize> {
    let word = u64::from_le_bytes(bytes);
    // The lowest place is certain; one above it may be wrong.
    let places = zeros(word ^ (ONES * one as u64)) | zeros(word ^ (ONES * other as u64));
    if places == 0 { None } else { Some((places.trailing_zeros() / u8::BITS) as usize) }
}

const ONES: u64 = u64::from_le_bytes([1; 8]);

const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_of_two_bytes_is_found(
            bytes in proptest::array::uniform8(prop_oneof![0_u8..3, 0x7E_u8..=0x82, 0xFE_u8..=0xFF]),
            one in prop_oneof![0_u8..3, 0x7F_u8..=0x81],
            other in prop_oneof![0_u8..3, 0xFE_u8..=0xFF],
        ) {
            let plain = bytes.iter().position(|byte| [one, other].contains(byte));
            prop_assert_eq!(first_of(bytes, one, other), plain);
        }
    }
}
