//! Signs that are known everywhere, each beside its word. They are letters of the font `Lucide-subset.ttf`, which has these and
//! no others; a test looks for each of them.

/// Declares the signs, and lists them for the test.
macro_rules! signs {
    ($($name:ident = $letter:literal),+ $(,)?) => {
        $(pub(crate) const $name: &str = $letter;)+
        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

signs! {
    ADAPTER = "\u{e356}",
    ADD = "\u{e13d}",
    BOARD = "\u{e403}",
    BOOK = "\u{e05f}",
    CHIP = "\u{e0a9}",
    CHOICES = "\u{e06d}",
    CLOSE = "\u{e1b2}",
    CODE = "\u{e093}",
    CONNECT = "\u{e37f}",
    COPY = "\u{e09e}",
    DELETE = "\u{e18e}",
    DISCONNECT = "\u{e45d}",
    DONE = "\u{e226}",
    DOWN = "\u{e042}",
    EDIT = "\u{e1f9}",
    EXPORT = "\u{e0b2}",
    FILE = "\u{e32a}",
    FIND = "\u{e151}",
    FOLLOW = "\u{e455}",
    IMPORT = "\u{e0c5}",
    KEYS = "\u{e284}",
    LEND = "\u{e24a}",
    MENU = "\u{e115}",
    NOTE = "\u{e0f9}",
    OPEN = "\u{e247}",
    PASTE = "\u{e3e8}",
    PROBLEM = "\u{e084}",
    RATE = "\u{e1bf}",
    RECORD = "\u{e076}",
    REDO = "\u{e2a0}",
    AGAIN = "\u{e149}",
    RUN = "\u{e13c}",
    SAVE = "\u{e14d}",
    SEND = "\u{e4f2}",
    SETTINGS = "\u{e154}",
    SHARE = "\u{e156}",
    SIDE = "\u{e431}",
    SIGNAL = "\u{e25f}",
    STOP = "\u{e167}",
    UNDO = "\u{e2a1}",
    UP = "\u{e04a}",
    WARNING = "\u{e193}",
    WINDOW = "\u{e426}",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_in_the_font() {
        let font = include_bytes!("../../assets/fonts/Lucide-subset.ttf");
        let face = ttf_parser::Face::parse(font, 0).unwrap();
        for (name, sign) in ALL {
            let letter = sign.chars().next().unwrap();
            assert!(face.glyph_index(letter).is_some(), "{name}");
        }
        assert_eq!(
            usize::from(face.number_of_glyphs()),
            ALL.len() + 1,
            "one more for what is missing; no sign is unused"
        );
    }
}
