//! Checksums for `${crc:NAME}` in a macro's text.
//!
//! The CRCs are those of the catalogue of Greg Cook (<https://reveng.sourceforge.io/crc-catalogue/>), by the crate `crc`;
//! the two others are the plain sum and the exclusive or of all bytes.

use crc::Crc;

/// A checksum that can be asked for by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksum {
    /// As written in a macro, upper case.
    pub(crate) name: &'static str,
    /// Its length in bytes.
    pub(crate) width: usize,
    compute: fn(&[u8]) -> u64,
}

macro_rules! crcs {
    ($($name:literal $kind:ty, $algorithm:ident;)*) => {
        &[
            Checksum { name: "SUM8", width: 1, compute: |bytes| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>() & 0xFF },
            Checksum { name: "XOR8", width: 1, compute: |bytes| bytes.iter().fold(0, |sum, byte| sum ^ u64::from(*byte)) },
            $(Checksum {
                name: $name,
                width: size_of::<$kind>(),
                compute: |bytes| u64::from(Crc::<$kind>::new(&crc::$algorithm).checksum(bytes)),
            },)*
        ]
    };
}

const ALL: &[Checksum] = crcs! {
    "CRC-8/SMBUS" u8, CRC_8_SMBUS;
    "CRC-8/MAXIM-DOW" u8, CRC_8_MAXIM_DOW;
    "CRC-8/AUTOSAR" u8, CRC_8_AUTOSAR;
    "CRC-8/DVB-S2" u8, CRC_8_DVB_S2;
    "CRC-16/MODBUS" u16, CRC_16_MODBUS;
    "CRC-16/ARC" u16, CRC_16_ARC;
    "CRC-16/USB" u16, CRC_16_USB;
    "CRC-16/XMODEM" u16, CRC_16_XMODEM;
    "CRC-16/KERMIT" u16, CRC_16_KERMIT;
    "CRC-16/IBM-3740" u16, CRC_16_IBM_3740;
    "CRC-16/IBM-SDLC" u16, CRC_16_IBM_SDLC;
    "CRC-16/DNP" u16, CRC_16_DNP;
    "CRC-32/ISO-HDLC" u32, CRC_32_ISO_HDLC;
    "CRC-32/ISCSI" u32, CRC_32_ISCSI;
    "CRC-32/BZIP2" u32, CRC_32_BZIP2;
    "CRC-32/MPEG-2" u32, CRC_32_MPEG_2;
    "CRC-64/XZ" u64, CRC_64_XZ;
};

impl Checksum {
    /// The checksum of this name; upper and lower case are the same.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|checksum| checksum.name.eq_ignore_ascii_case(name))
    }

    /// All names, for messages and docs.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|checksum| checksum.name)
    }

    /// The checksum of these bytes, most significant byte first, [`Self::width`] bytes.
    #[must_use]
    pub(crate) fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let value = (self.compute)(bytes).to_be_bytes();
        value.get(value.len() - self.width..).unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The catalogue gives each algorithm's checksum of these nine digits.
    #[test]
    fn the_check_values_of_the_catalogue() {
        let check = |name: &str, expect: u64| {
            let checksum = Checksum::named(name).unwrap();
            let bytes = expect.to_be_bytes();
            assert_eq!(checksum.of(b"123456789"), bytes[8 - checksum.width..], "{name}");
        };
        check("crc-16/modbus", 0x4B37);
        check("CRC-16/XMODEM", 0x31C3);
        check("CRC-16/KERMIT", 0x2189);
        check("CRC-8/MAXIM-DOW", 0xA1);
        check("CRC-32/ISO-HDLC", 0xCBF4_3926);
        check("CRC-64/XZ", 0x995D_C9BB_DF19_39FA);
        check("SUM8", 0xDD);
        check("XOR8", 0x31);
        assert!(Checksum::named("CRC-16").is_none());
    }
}
