//! Every colour and size of the window, light and dark. No other file of `ui` names a colour or a font.
//!
//! Text colours keep a contrast of at least 4.5:1 against the surfaces that they stand on.

use egui::style::{Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, Style,
    TextStyle, Visuals, vec2,
};

use crate::app::settings::Theme;

mod sizes;

pub(crate) use sizes::*;

/// The family of headings and names.
pub(crate) fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The family of the signs in `icons`.
fn signs() -> FontFamily {
    FontFamily::Name("signs".into())
}

/// A sign beside a word.
#[must_use]
pub(crate) fn sign(size: f32) -> FontId {
    FontId::new(size, signs())
}

/// Letters of a question's or a window's title.
#[must_use]
pub(crate) fn title() -> FontId {
    strong(15.0)
}

/// Letters of the log.
#[must_use]
pub(crate) fn mono() -> FontId {
    FontId::new(MONO, FontFamily::Monospace)
}

/// Letters of a control character's chip.
#[must_use]
pub(crate) fn chip() -> FontId {
    FontId::new(CHIP, FontFamily::Monospace)
}

/// Secondary letters.
#[must_use]
pub(crate) fn small() -> FontId {
    FontId::new(SMALL, FontFamily::Proportional)
}

/// Names and headings.
#[must_use]
pub(crate) fn strong(size: f32) -> FontId {
    FontId::new(size, semibold())
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    /// Dark letters on light, or the other way round.
    pub(crate) dark: bool,
    /// The window's surface.
    pub(crate) panel: Color32,
    /// Cards and side panels, a step above the surface.
    pub(crate) raised: Color32,
    /// The log and input fields.
    pub(crate) well: Color32,
    /// Lines between things.
    pub(crate) line: Color32,
    /// Edges of fields and buttons: 3:1 against what they stand on.
    pub(crate) edge: Color32,
    /// Letters.
    pub(crate) text: Color32,
    /// Secondary letters.
    pub(crate) weak: Color32,
    /// Headings.
    pub(crate) strong: Color32,
    /// What can be clicked and what is chosen.
    pub(crate) accent: Color32,
    /// Letters on the accent.
    pub(crate) on_accent: Color32,
    /// Buttons.
    pub(crate) button: Color32,
    /// Buttons under the pointer.
    pub(crate) button_hover: Color32,
    /// Sent bytes.
    pub(crate) tx: Color32,
    /// Received bytes.
    pub(crate) rx: Color32,
    /// It went well.
    pub(crate) good: Color32,
    /// Works by luck.
    pub(crate) warn: Color32,
    /// It does not work.
    pub(crate) bad: Color32,
    /// Letters of a chip.
    pub(crate) chip: Color32,
    /// Ground of a chip.
    pub(crate) chip_ground: Color32,
    /// Selected rows and bytes.
    pub(crate) selection: Color32,
    /// Ground of a row under the pointer.
    pub(crate) hover: Color32,
}

const DARK: Palette = Palette {
    dark: true,
    panel: Color32::from_rgb(0x1b, 0x1e, 0x24),
    raised: Color32::from_rgb(0x22, 0x26, 0x2d),
    well: Color32::from_rgb(0x14, 0x16, 0x1b),
    line: Color32::from_rgb(0x33, 0x39, 0x43),
    edge: Color32::from_rgb(0x6a, 0x74, 0x84),
    text: Color32::from_rgb(0xd6, 0xdc, 0xe5),
    weak: Color32::from_rgb(0x98, 0xa2, 0xb1),
    strong: Color32::from_rgb(0xf3, 0xf5, 0xf8),
    accent: Color32::from_rgb(0x5a, 0xa9, 0xf5),
    on_accent: Color32::from_rgb(0x0b, 0x16, 0x22),
    button: Color32::from_rgb(0x2e, 0x34, 0x3e),
    button_hover: Color32::from_rgb(0x3a, 0x42, 0x4f),
    tx: Color32::from_rgb(0x7f, 0xbd, 0xff),
    rx: Color32::from_rgb(0x9d, 0xdb, 0x8b),
    good: Color32::from_rgb(0x6f, 0xcf, 0x8f),
    warn: Color32::from_rgb(0xe8, 0xb3, 0x4b),
    bad: Color32::from_rgb(0xf5, 0x84, 0x7c),
    chip: Color32::from_rgb(0xa9, 0xb4, 0xc4),
    chip_ground: Color32::from_rgb(0x2c, 0x32, 0x3c),
    selection: Color32::from_rgb(0x24, 0x48, 0x6e),
    hover: Color32::from_rgb(0x1e, 0x22, 0x29),
};

const LIGHT: Palette = Palette {
    dark: false,
    panel: Color32::from_rgb(0xf3, 0xf4, 0xf6),
    raised: Color32::from_rgb(0xfb, 0xfb, 0xfc),
    well: Color32::from_rgb(0xff, 0xff, 0xff),
    line: Color32::from_rgb(0xd3, 0xd8, 0xdf),
    edge: Color32::from_rgb(0x80, 0x88, 0x94),
    text: Color32::from_rgb(0x22, 0x2a, 0x35),
    weak: Color32::from_rgb(0x59, 0x64, 0x73),
    strong: Color32::from_rgb(0x0f, 0x16, 0x20),
    accent: Color32::from_rgb(0x17, 0x62, 0xc0),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    button: Color32::from_rgb(0xe4, 0xe7, 0xec),
    button_hover: Color32::from_rgb(0xd6, 0xdb, 0xe2),
    tx: Color32::from_rgb(0x0b, 0x56, 0xb3),
    rx: Color32::from_rgb(0x1d, 0x6b, 0x2f),
    good: Color32::from_rgb(0x1d, 0x6f, 0x3b),
    warn: Color32::from_rgb(0x88, 0x57, 0x00),
    bad: Color32::from_rgb(0xb4, 0x24, 0x1c),
    chip: Color32::from_rgb(0x4d, 0x58, 0x68),
    chip_ground: Color32::from_rgb(0xe6, 0xea, 0xf0),
    selection: Color32::from_rgb(0xc4, 0xdd, 0xf8),
    hover: Color32::from_rgb(0xf3, 0xf6, 0xfa),
};

/// The colours in use.
#[must_use]
pub(crate) fn palette(visuals: &Visuals) -> &'static Palette {
    if visuals.dark_mode { &DARK } else { &LIGHT }
}

/// A colour as the ground behind letters of the same colour.
#[must_use]
pub(crate) fn tint(color: Color32, palette: &Palette) -> Color32 {
    color.gamma_multiply(if palette.dark { 0.16 } else { 0.12 })
}

/// An edge, or a line between things.
#[must_use]
pub(crate) fn thin(color: Color32) -> Stroke {
    Stroke::new(1.0, color)
}

/// A line of a drawing.
#[must_use]
pub(crate) fn thick(color: Color32) -> Stroke {
    Stroke::new(2.0, color)
}

/// Fonts, colours and sizes of the window.
pub(crate) fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for (theme, palette) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| apply(style, palette));
    }
}

/// Uses the theme that the user chose.
pub(crate) fn choose(ctx: &Context, theme: Theme) {
    ctx.set_theme(match theme {
        Theme::System => egui::ThemePreference::System,
        Theme::Light => egui::ThemePreference::Light,
        Theme::Dark => egui::ThemePreference::Dark,
    });
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &[u8]); 4] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
        ("JetBrains Mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
        ("Lucide", include_bytes!("../../assets/fonts/Lucide-subset.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), FontData::from_static(bytes).into());
    }
    // Our own first; what they lack comes from the fonts that egui brings.
    let rest = |family: FontFamily| fonts.families.get(&family).cloned().unwrap_or_default();
    let (proportional, monospace) = (rest(FontFamily::Proportional), rest(FontFamily::Monospace));
    let first = |names: &[&str], rest: &[String]| {
        names.iter().map(|name| (*name).to_owned()).chain(rest.iter().cloned()).collect::<Vec<_>>()
    };
    fonts.families.insert(FontFamily::Proportional, first(&["Inter", "JetBrains Mono"], &proportional));
    fonts.families.insert(semibold(), first(&["Inter SemiBold", "JetBrains Mono"], &proportional));
    // Signs only: no other family has them, so that no received letter is ever shown as one.
    fonts.families.insert(signs(), vec!["Lucide".to_owned()]);
    fonts.families.insert(FontFamily::Monospace, first(&["JetBrains Mono", "Inter"], &monospace));
    fonts
}

fn apply(style: &mut Style, palette: &Palette) {
    style.text_styles = [
        (TextStyle::Small, small()),
        (TextStyle::Body, FontId::proportional(BODY)),
        (TextStyle::Button, FontId::proportional(BODY)),
        (TextStyle::Heading, title()),
        (TextStyle::Monospace, mono()),
    ]
    .into();
    let spacing = &mut style.spacing;
    // A list that goes on shows so, and not only under the pointer.
    spacing.scroll.dormant_handle_opacity = 0.5;
    spacing.scroll.floating_width = 4.0;
    // It lies over no letters.
    spacing.scroll.floating_allocated_width = 6.0;
    spacing.item_spacing = vec2(GAP, APART);
    spacing.button_padding = vec2(9.0, 4.0);
    spacing.interact_size = vec2(36.0, CONTROL);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.icon_width = 15.0;
    spacing.combo_width = 64.0;
    spacing.tooltip_width = 420.0;
    style.interaction.selectable_labels = true;
    style.interaction.tooltip_delay = 0.35;
    style.visuals = visuals(palette);
}

fn visuals(palette: &Palette) -> Visuals {
    let mut visuals = if palette.dark { Visuals::dark() } else { Visuals::light() };
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = thin(palette.line);
    visuals.window_corner_radius = CornerRadius::same(9);
    visuals.menu_corner_radius = CornerRadius::same(CARD);
    visuals.extreme_bg_color = palette.well;
    visuals.text_edit_bg_color = Some(palette.well);
    visuals.faint_bg_color = palette.raised;
    visuals.code_bg_color = palette.chip_ground;
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.warn;
    visuals.error_fg_color = palette.bad;
    visuals.weak_text_color = Some(palette.weak);
    visuals.selection = Selection { bg_fill: palette.selection, stroke: thin(palette.strong) };
    visuals.widgets = widgets(palette);
    let shade = Color32::from_black_alpha(if palette.dark { 110 } else { 40 });
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 28, spread: 0, color: shade };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 14, spread: 0, color: shade };
    // A blinking caret costs two frames a second for nothing.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = thick(palette.accent);
    visuals.striped = false;
    visuals.slider_trailing_fill = true;
    visuals
}

fn widgets(palette: &Palette) -> Widgets {
    let state = |fill: Color32, line: Color32, letters: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: thin(line),
        corner_radius: CornerRadius::same(CORNER),
        fg_stroke: thin(letters),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: state(palette.panel, palette.line, palette.text),
        inactive: state(palette.button, palette.edge, palette.text),
        hovered: state(palette.button_hover, palette.weak, palette.strong),
        active: state(palette.button_hover, palette.accent, palette.strong),
        open: state(palette.button_hover, palette.edge, palette.strong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f32 {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn edges_of_fields_and_the_ring_of_the_focus_can_be_seen() {
        for palette in [DARK, LIGHT] {
            for surface in [palette.panel, palette.raised, palette.well] {
                for (name, color) in [("edge", palette.edge), ("accent", palette.accent)] {
                    let ratio = contrast(color, surface);
                    assert!(ratio >= 3.0, "{name}, dark {}: {ratio:.2} on {surface:?}", palette.dark);
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5, "the ring on a blue button");
        }
    }

    #[test]
    fn letters_can_be_read_on_every_surface() {
        for palette in [DARK, LIGHT] {
            let letters = [
                ("text", palette.text),
                ("weak", palette.weak),
                ("strong", palette.strong),
                ("tx", palette.tx),
                ("rx", palette.rx),
                ("good", palette.good),
                ("warn", palette.warn),
                ("bad", palette.bad),
            ];
            for (name, color) in letters {
                for surface in [palette.panel, palette.raised, palette.well] {
                    let ratio = contrast(color, surface);
                    assert!(ratio >= 4.5, "{name}, dark {}: {ratio:.2} on {surface:?}", palette.dark);
                }
            }
            let pairs = [
                (palette.on_accent, palette.accent),
                (palette.chip, palette.chip_ground),
                (palette.text, palette.button),
                (palette.strong, palette.selection),
                (palette.tx, palette.hover),
                (palette.rx, palette.hover),
            ];
            for (front, back) in pairs {
                assert!(contrast(front, back) >= 4.5, "dark {}: {front:?} on {back:?}", palette.dark);
            }
        }
    }
}
