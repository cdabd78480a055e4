//! Characters that the program's own fonts lack: a font of the system where one has them, else their bytes in a box.
//!
//! The first such character starts a thread that looks through the system's fonts; the window never waits for it. Until it
//! has found one, and where none has the character, its bytes are drawn in hex: never nothing, never the same box for
//! everything.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::epaint::text::{
    FallbackRequest, FontData, FontInsert, FontPriority, FontProvider, GlyphBitmap, GlyphRasterizer,
    GlyphRasterizerRequest, InsertFontFamily, RasterizedGlyph,
};
use egui::{Color32, ColorImage, Context, Id, RawInput, vec2};
use fontdb::{Database, FaceInfo, ID, Stretch, Style};

/// Lets `ctx` draw what our fonts lack.
pub(crate) fn install(ctx: &Context) {
    add(ctx, Finder::of_system);
}

/// Widths of the picture that letters are drawn from, which may be as high as wide. A graphics card allows up to 16,384, a gigabyte; a
/// flood of any bytes fills it with boxes that nobody sees again, and when it is full, the letters in sight are drawn into it anew.
const SIDES: [usize; 3] = [1024, 2048, 4096];

/// Bounds that picture to what a window of this size can need.
#[expect(clippy::cast_precision_loss, reason = "dots of a screen")]
pub(crate) fn bound(ctx: &Context, input: &mut RawInput) {
    let window = input.screen_rect.map_or(0.0, |rect| rect.area() * ctx.pixels_per_point().powi(2));
    // No text covers more than this share of it.
    let needed = 0.75 * window;
    let [.., largest] = SIDES;
    let side = SIDES.into_iter().find(|side| (side * side) as f32 >= needed).unwrap_or(largest);
    input.max_texture_side = input.max_texture_side.map(|most| most.min(side));
}

fn add(ctx: &Context, finder: fn() -> Finder) {
    let fonts = Arc::new(SystemFonts::new(finder));
    ctx.data_mut(|data| data.insert_temp(id(), Arc::clone(&fonts)));
    ctx.set_font_providers(vec![fonts]);
    ctx.add_glyph_rasterizer(GlyphRasterizer::new("bytes in a box", |request| Some(boxed(request))));
}

/// At the end of each frame: has characters looked for, and takes fonts into use that were found, from the next frame on.
pub(crate) fn after_frame(ctx: &Context) {
    let Some(fonts) = ctx.data(|data| data.get_temp::<Arc<SystemFonts>>(id())) else { return };
    fonts.look(ctx);
    if fonts.found.swap(false, Ordering::Relaxed) {
        fonts.generation.fetch_add(1, Ordering::Relaxed);
        ctx.set_font_providers(vec![fonts]);
    }
}

/// Changes when letters that are kept laid out are no longer true.
pub(crate) fn generation(ctx: &Context) -> u64 {
    let fonts = ctx.data(|data| data.get_temp::<Arc<SystemFonts>>(id()));
    fonts.map_or(0, |fonts| fonts.generation.load(Ordering::Relaxed))
}

fn id() -> Id {
    Id::unique("fonts of the system")
}

/// Asked by egui for a font, on the window's thread.
struct SystemFonts {
    /// Each character that was asked for, and the font that has it; `None` while it is looked for and where none has it.
    known: Mutex<HashMap<char, Option<Font>>>,
    wanted: Mutex<Wanted>,
    library: Mutex<Library>,
    found: AtomicBool,
    generation: AtomicU64,
}

/// What is to be looked for; a thread is there only while it does.
#[derive(Default)]
struct Wanted {
    letters: Vec<char>,
    working: bool,
}

impl SystemFonts {
    fn new(finder: fn() -> Finder) -> Self {
        Self {
            known: Mutex::default(),
            wanted: Mutex::default(),
            library: Mutex::new(Library { open: finder, finder: None, in_use: Vec::new() }),
            found: AtomicBool::new(false),
            generation: AtomicU64::new(0),
        }
    }

    /// Starts a thread for what is wanted.
    fn look(self: &Arc<Self>, ctx: &Context) {
        let mut wanted = lock(&self.wanted);
        if wanted.letters.is_empty() || wanted.working {
            return;
        }
        let (fonts, ctx) = (Arc::clone(self), ctx.clone());
        let work = move || fonts.work(&ctx);
        // Where the system gives no thread the boxes stay, and it is tried again.
        wanted.working = std::thread::Builder::new().name("system fonts".to_owned()).spawn(work).is_ok();
    }

    fn work(&self, ctx: &Context) {
        let mut library = lock(&self.library);
        loop {
            let letters = {
                let mut wanted = lock(&self.wanted);
                wanted.working = !wanted.letters.is_empty();
                if !wanted.working {
                    return;
                }
                std::mem::take(&mut wanted.letters)
            };
            for letter in letters {
                if let Some(font) = library.font_with(letter) {
                    lock(&self.known).insert(letter, Some(font));
                    self.found.store(true, Ordering::Relaxed);
                }
            }
            if self.found.load(Ordering::Relaxed) {
                ctx.request_repaint();
            }
        }
    }
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let letter = request.cluster.chars().next()?;
        let mut known = lock(&self.known);
        if let Some(font) = known.get(&letter) {
            let font = font.as_ref()?;
            let family = InsertFontFamily { family: request.family.clone(), priority: FontPriority::Lowest };
            return Some(FontInsert::new(&font.name, font.data.clone(), vec![family]));
        }
        known.insert(letter, None);
        lock(&self.wanted).letters.push(letter);
        None
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The fonts that there are, opened when the first one is needed, and those that were taken from them.
struct Library {
    open: fn() -> Finder,
    finder: Option<Finder>,
    in_use: Vec<(ID, Font)>,
}

impl Library {
    fn font_with(&mut self, letter: char) -> Option<Font> {
        let finder = self.finder.get_or_insert_with(self.open);
        if let Some((_, font)) = self.in_use.iter().find(|(face, _)| finder.has(*face, letter)) {
            return Some(font.clone());
        }
        let (face, font) = finder.find(letter)?;
        self.in_use.push((face, font.clone()));
        Some(font)
    }
}

/// A font file that has a character.
#[derive(Clone)]
struct Font {
    name: String,
    data: FontData,
}

/// The fonts that there are, the plainest first.
struct Finder {
    fonts: Database,
    faces: Vec<ID>,
}

impl Finder {
    /// The fonts of this system.
    fn of_system() -> Self {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        Self::of(fonts)
    }

    /// The fonts of a folder.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests have fonts of their own"))]
    fn of_folder(folder: &Path) -> Self {
        let mut fonts = Database::new();
        fonts.load_fonts_dir(folder);
        Self::of(fonts)
    }

    fn of(fonts: Database) -> Self {
        let plain = |face: &&FaceInfo| {
            let weight = face.weight.0.abs_diff(400);
            let name = face.families.first().map(|(name, _)| name.clone()).unwrap_or_default();
            (face.style != Style::Normal, face.stretch != Stretch::Normal, weight, name.contains("Serif"), name)
        };
        let mut faces: Vec<_> = fonts.faces().collect();
        faces.sort_by_cached_key(plain);
        let faces = faces.into_iter().map(|face| face.id).collect();
        Self { fonts, faces }
    }

    /// The face has lines for this character. (A picture in colours is none: it would not be drawn.)
    fn has(&self, face: ID, letter: char) -> bool {
        let has = |data: &[u8], index: u32| {
            let face = ttf_parser::Face::parse(data, index).ok()?;
            face.outline_glyph(face.glyph_index(letter)?, &mut Nowhere)
        };
        self.fonts.with_face_data(face, has).flatten().is_some()
    }

    fn find(&self, letter: char) -> Option<(ID, Font)> {
        let face = self.faces.iter().copied().find(|face| self.has(*face, letter))?;
        let name = self.fonts.face(face)?.post_script_name.clone();
        let data = |data: &[u8], index| FontData::from_blob(Arc::new(data.to_vec()), index);
        let data = self.fonts.with_face_data(face, data)?;
        Some((face, Font { name: format!("system: {name}"), data }))
    }
}

/// Whether there are lines is all that is asked of them.
struct Nowhere;

impl ttf_parser::OutlineBuilder for Nowhere {
    fn move_to(&mut self, _: f32, _: f32) {}
    fn line_to(&mut self, _: f32, _: f32) {}
    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {}
    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {}
    fn close(&mut self) {}
}

/// More bytes of a character with all that belongs to it are not drawn.
const MOST_BYTES: usize = 8;
/// A digit is so wide and so high, in dots.
const DIGIT: [usize; 2] = [4, 7];
/// The sixteen digits, a row each half byte, the leftmost dot highest.
const DIGITS: [[u8; DIGIT[1]]; 16] = [
    [6, 9, 9, 9, 9, 9, 6],
    [2, 6, 2, 2, 2, 2, 7],
    [6, 9, 1, 2, 4, 8, 15],
    [6, 9, 1, 6, 1, 9, 6],
    [2, 6, 10, 10, 15, 2, 2],
    [15, 8, 14, 1, 1, 9, 6],
    [6, 8, 8, 14, 9, 9, 6],
    [15, 1, 1, 2, 2, 4, 4],
    [6, 9, 9, 6, 9, 9, 6],
    [6, 9, 9, 7, 1, 1, 6],
    [6, 9, 9, 15, 9, 9, 9],
    [14, 9, 9, 14, 9, 9, 14],
    [6, 9, 8, 8, 8, 9, 6],
    [14, 9, 9, 9, 9, 9, 14],
    [15, 8, 8, 14, 8, 8, 15],
    [15, 8, 8, 14, 8, 8, 8],
];

/// The bytes of a character that no font has, in hex, in a box.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a few dots")]
fn boxed(request: &GlyphRasterizerRequest<'_>) -> RasterizedGlyph {
    const EDGE: usize = 3;
    const BYTE: usize = 2 * DIGIT[0] + 1;
    const BETWEEN: usize = 3;
    let dot = ((request.font_size_px / 14.0).round() as usize).clamp(1, 8);
    let bytes = request.cluster.as_bytes();
    let bytes = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    let width = 2 * EDGE + bytes.len() * (BYTE + BETWEEN) - BETWEEN;
    let height = 2 * EDGE + DIGIT[1];
    let mut image = ColorImage::filled([width * dot, height * dot], Color32::TRANSPARENT);
    let mut paint = |x: usize, y: usize, color: Color32| {
        for (right, down) in (0..dot).flat_map(|right| (0..dot).map(move |down| (right, down))) {
            image[(x * dot + right, y * dot + down)] = color;
        }
    };
    let edge = Color32::from_white_alpha(120);
    for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
        if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
            paint(x, y, edge);
        }
    }
    for (at, byte) in bytes.iter().enumerate() {
        let left = EDGE + at * (BYTE + BETWEEN);
        for (digit, x) in [(byte >> 4, left), (byte & 15, left + DIGIT[0] + 1)] {
            let rows = DIGITS.get(usize::from(digit)).copied().unwrap_or_default();
            for (y, row) in rows.into_iter().enumerate() {
                for column in (0..DIGIT[0]).filter(|column| row & (8 >> column) != 0) {
                    paint(x + column, EDGE + y, Color32::WHITE);
                }
            }
        }
    }
    // It stands as far below the line that letters stand on as letters reach below it.
    let offset_px = vec2(dot as f32, -((height - 2) as f32) * dot as f32);
    RasterizedGlyph {
        bitmap: GlyphBitmap { image, offset_px, is_color: false },
        advance_px: ((width + 2) * dot) as f32,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use egui::{FontDefinitions, FontFamily, FontId};

    use super::*;

    fn assets() -> Finder {
        Finder::of_folder(Path::new("assets/fonts"))
    }

    #[test]
    fn a_font_is_found_by_what_it_has() {
        let finder = assets();
        let name = |letter| finder.find(letter).map(|(_, font)| font.name);
        assert_eq!(name('a').as_deref(), Some("system: Inter-Regular"), "the plainest first");
        assert_eq!(name('┼').as_deref(), Some("system: JetBrainsMono-Regular"));
        assert_eq!(name('中'), None);
    }

    /// Only Inter, which has no box drawing.
    fn inter() -> FontDefinitions {
        let mut fonts = FontDefinitions::empty();
        let inter = FontData::from_static(include_bytes!("../../assets/fonts/Inter-Regular.otf"));
        fonts.font_data.insert("Inter".to_owned(), inter.into());
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            fonts.families.insert(family, vec!["Inter".to_owned()]);
        }
        fonts
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a bound for a thread")]
    fn the_window_does_not_wait_for_a_font_and_gets_it() {
        let ctx = Context::default();
        ctx.set_fonts(inter());
        add(&ctx, assets);
        let has = |letter: char| {
            let mut has = false;
            let mut output = ctx.run_ui(RawInput::default(), |ui| {
                has = ui.fonts_mut(|fonts| fonts.has_glyph(&FontId::monospace(13.0), letter));
                after_frame(ui.ctx());
            });
            output.textures_delta.clear();
            has
        };
        assert!(has('a'));
        let before = generation(&ctx);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !has('┼') {
            assert!(Instant::now() < deadline, "the font did not come");
            std::thread::yield_now();
        }
        assert!(generation(&ctx) > before, "what was laid out before is laid out anew");
        assert!(!has('中'), "nobody has it");
    }

    /// A flood of any bytes shows characters without end, each a box of its own.
    #[test]
    fn the_picture_of_letters_stays_small_however_many_characters_were_shown() {
        let ctx = Context::default();
        ctx.set_fonts(inter());
        add(&ctx, assets);
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(1280.0, 700.0));
        for frame in 0..60 {
            let mut input =
                RawInput { screen_rect: Some(screen), max_texture_side: Some(16_384), ..RawInput::default() };
            bound(&ctx, &mut input);
            let letters: String = (0..200).filter_map(|at| char::from_u32(0x4E00 + frame * 200 + at)).collect();
            let mut output = ctx.run_ui(input, |ui| {
                let _galley = ui.painter().layout_no_wrap(letters.clone(), FontId::monospace(13.0), Color32::WHITE);
            });
            output.textures_delta.clear();
            let [width, height] = ctx.fonts_mut(|fonts| fonts.font_image_size());
            assert!(width <= 1024 && height <= 1024, "{width} x {height} in frame {frame}");
        }
        let mut small = RawInput { max_texture_side: Some(512), ..RawInput::default() };
        bound(&ctx, &mut small);
        assert_eq!(small.max_texture_side, Some(512), "a graphics card that allows less");
    }

    #[test]
    fn every_character_without_a_font_has_ink_of_its_own() {
        let draw = |cluster| {
            let request = GlyphRasterizerRequest {
                cluster,
                family: &FontFamily::Monospace,
                font_size_px: 13.0,
                subpixel_offset_px: 0.0,
            };
            boxed(&request).bitmap.image
        };
        let pictures = ["中", "한", "😀", "ع", "א", "ก", "न", "👩\u{200d}👩\u{200d}👧"].map(draw);
        for (at, picture) in pictures.iter().enumerate() {
            assert!(picture.pixels.contains(&Color32::WHITE));
            assert!(
                pictures.iter().skip(at + 1).all(|other| other.pixels != picture.pixels || other.size != picture.size)
            );
        }
    }
}
