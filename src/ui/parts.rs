//! Small parts that several panels share.

use std::time::Duration;

use egui::style::StyleModifier;
use egui::text::LayoutJob;
use egui::{
    Align, Align2, Button, Color32, ComboBox, CornerRadius, Frame, Id, Layout, Margin, Modal, ModalResponse, Popup,
    PopupCloseBehavior, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextFormat, Ui,
    Vec2, vec2,
};

use super::bytes::count;
use super::icons;
use super::theme::{self, Palette};

/// How long a button says that it has copied.
const COPIED: Duration = Duration::from_millis(2500);

/// The colours in use.
pub(crate) fn colors(ui: &Ui) -> &'static Palette {
    theme::palette(ui.visuals())
}

/// Heading of a panel.
pub(crate) fn heading(ui: &mut Ui, text: &str) -> Response {
    let color = colors(ui).strong;
    ui.label(RichText::new(text).font(theme::strong(theme::HEADING)).color(color))
}

/// Secondary words.
pub(crate) fn weak(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = colors(ui).weak;
    ui.label(RichText::new(text).font(theme::small()).color(color))
}

/// The button that one wants to click.
pub(crate) fn primary(ui: &mut Ui, enabled: bool, text: &str) -> Response {
    let palette = colors(ui);
    let letters = RichText::new(text).font(theme::strong(theme::BODY)).color(palette.on_accent);
    let button = ui.add_enabled(enabled, Button::new(letters).fill(palette.accent).stroke(Stroke::NONE));
    ringed(ui, button)
}

/// The same with a sign before its word.
pub(crate) fn primary_signed(ui: &mut Ui, enabled: bool, icon: &str, text: &str) -> Response {
    let palette = colors(ui);
    let letters = RichText::new(text).font(theme::strong(theme::BODY)).color(palette.on_accent);
    let button = Button::new((sign(icon).color(palette.on_accent), letters));
    let button = button.fill(palette.accent).stroke(Stroke::NONE).min_size(vec2(theme::SEND, theme::CONTROL));
    let button = ui.add_enabled(enabled, button).accessible_name(text);
    ringed(ui, button)
}

/// A sign as letters.
pub(crate) fn sign(icon: &str) -> RichText {
    RichText::new(icon).font(theme::sign(theme::SIGN))
}

/// A button with a sign before its word; a screen reader says the word alone.
pub(crate) fn signed(ui: &mut Ui, enabled: bool, icon: &str, text: &str) -> Response {
    ui.add_enabled(enabled, Button::new((sign(icon), text))).accessible_name(text)
}

/// A button that copies `text` and says for a while that it did, by its sign: its place and its word stay.
pub(crate) fn copies(ui: &mut Ui, word: &str, text: &str) -> Response {
    let id = ui.make_persistent_id(("copied", word, text.len()));
    let now = ui.input(|input| input.time);
    let done = ui.data(|data| data.get_temp::<f64>(id)).is_some_and(|at| now - at < COPIED.as_secs_f64());
    let (icon, said) = if done { (icons::DONE, format!("{word}: copied")) } else { (icons::COPY, word.to_owned()) };
    let button = ui.add(Button::new((sign(icon), word))).accessible_name(said);
    if button.clicked() {
        ui.copy_text(text.to_owned());
        ui.data_mut(|data| data.insert_temp(id, now));
    }
    if done || button.clicked() {
        ui.request_repaint_after(COPIED);
    }
    button
}

/// A button without a frame, with a sign before its word.
pub(crate) fn quiet_signed(ui: &mut Ui, icon: &str, text: &str) -> Response {
    let color = colors(ui).weak;
    let button = Button::new((sign(icon).color(color), RichText::new(text).color(color)));
    ui.add(button.frame_when_inactive(false)).accessible_name(text)
}

/// One of several choices side by side.
pub(crate) fn segment(ui: &mut Ui, chosen: bool, text: &str) -> Response {
    let button = Button::selectable(chosen, text).frame_when_inactive(true);
    ui.add(button.min_size(vec2(theme::SEGMENT, theme::CONTROL)))
}

/// Choices of which one is taken, side by side: its value, what stands on it, what a screen reader says. The one that was
/// clicked.
pub(crate) fn segments<T: Copy + PartialEq>(ui: &mut Ui, chosen: T, choices: &[(T, &str, String)]) -> Option<T> {
    let between = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, theme::BETWEEN);
    let mut clicked = None;
    for (value, text, spoken) in choices {
        if segment(ui, *value == chosen, text).accessible_name(spoken.as_str()).clicked() {
            clicked = Some(*value);
        }
    }
    ui.spacing_mut().item_spacing.x = between;
    ui.add_space(between - theme::BETWEEN);
    clicked
}

/// A list to choose from, with the same sign as every other.
pub(crate) fn combo(id: &str) -> ComboBox<'_> {
    ComboBox::from_id_salt(id).icon(|ui, place, visuals, _| {
        let font = theme::sign(theme::SIGN_SMALL);
        ui.painter().text(place.center(), Align2::CENTER_CENTER, icons::CHOICES, font, visuals.fg_stroke.color);
    })
}

/// A button that opens choices, as wide as told: what is chosen, and the sign of a list.
pub(crate) fn picker(ui: &mut Ui, size: Vec2, text: RichText) -> Response {
    let choices = RichText::new(icons::CHOICES).font(theme::sign(theme::SIGN_SMALL));
    ui.add_sized(size, Button::new(text).right_text(choices).truncate())
}

/// What a button opens: fields and choices with their edges, as they look elsewhere; it scrolls where the window is too short.
pub(crate) fn form(button: &Response, contents: impl FnOnce(&mut Ui)) {
    let room = button.ctx.content_rect().bottom() - button.rect.bottom() - 3.0 * theme::OVER;
    let room = room.max(theme::LEAST_FORM);
    let popup = Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let popup = popup.style(StyleModifier::default()).layout(Layout::top_down(Align::Min));
    popup.gap(theme::BETWEEN).show(|ui| {
        keep_keyboard(ui);
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
            contents(ui);
            keep_focus_in_sight(ui);
        });
    });
}

/// At the end of what scrolls: what Tab has gone to here is brought into sight, which egui leaves to its user.
pub(crate) fn keep_focus_in_sight(ui: &Ui) {
    let at = ui.scope_id().with("focus");
    let now = (ui.memory(egui::Memory::focused), ui.input(|input| input.key_pressed(egui::Key::Tab)));
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(at), now));
    // From the last to the first it goes a frame later.
    let by_tab = now.1 || before.1;
    let Some(focused) = now.0.filter(|_| now.0 != before.0 && by_tab) else { return };
    let Some(widget) = ui.ctx().read_response(focused) else { return };
    let is_hidden = widget.interact_rect.height() < widget.rect.height();
    if is_hidden && widget.layer_id == ui.layer_id() && ui.min_rect().contains_rect(widget.rect) {
        ui.scroll_to_rect(widget.rect, None);
    }
}

/// While this is open Tab goes round within it, and a click elsewhere closes it and does nothing more.
pub(crate) fn keep_keyboard(ui: &Ui) {
    let layer = ui.layer_id();
    ui.ctx().memory_mut(|memory| memory.set_modal_layer(layer));
}

/// A ring within a blue button that has the focus: its own edge would be blue on blue.
pub(crate) fn ringed(ui: &Ui, button: Response) -> Response {
    if button.has_focus() {
        let stroke = Stroke::new(1.5, colors(ui).on_accent);
        ui.painter().rect_stroke(
            button.rect.shrink(2.5),
            CornerRadius::same(theme::CORNER),
            stroke,
            StrokeKind::Inside,
        );
    }
    button
}

/// A button that calls for attention while `lit`.
pub(crate) fn lit(ui: &mut Ui, lit: bool, enabled: bool, text: &str) -> Response {
    let palette = colors(ui);
    let letters = RichText::new(text).font(theme::mono());
    let mut button = Button::new(if lit { letters.color(palette.on_accent) } else { letters });
    if lit {
        button = button.fill(palette.accent).stroke(theme::thin(palette.accent));
    }
    ui.add_enabled(enabled, button.min_size(vec2(0.0, theme::CONTROL)))
}

/// A button without a frame, for seldom things.
pub(crate) fn quiet(ui: &mut Ui, text: &str) -> Response {
    let color = colors(ui).weak;
    ui.add(Button::new(RichText::new(text).color(color)).frame_when_inactive(false))
}

/// A round button that stands out from what it belongs to.
pub(crate) fn raised(ui: &Ui, text: &str) -> Button<'static> {
    let palette = colors(ui);
    let button = Button::new(RichText::new(text).color(palette.strong)).corner_radius(CornerRadius::same(13));
    button.fill(palette.button).stroke(theme::thin(palette.accent))
}

/// A bar laid over what stands there: nothing below it moves, and nothing below it is clicked.
pub(crate) fn over(ui: &mut Ui, name: &str, place: Rect, add: impl FnOnce(&mut Ui)) {
    let palette = colors(ui);
    let id = ui.scope_id().with(name);
    ui.interact(place, id, Sense::click_and_drag());
    let edge = theme::thin(palette.line);
    ui.painter().rect(place, CornerRadius::same(theme::CARD), palette.raised, edge, egui::StrokeKind::Inside);
    let mut over =
        ui.new_child(egui::UiBuilder::new().id_salt(id).max_rect(place.shrink2(vec2(theme::GAP, theme::CLOSE))));
    over.set_clip_rect(place.intersect(ui.clip_rect()));
    add(&mut over);
}

/// A longer text is not laid out in a field: ten megabytes would hold up the window for seconds at each letter.
const LONGEST: usize = 200_000;

/// What is pasted goes around the field where the field could not hold it. True where something was.
fn paste_long(ui: &Ui, text: &mut String) -> bool {
    ui.input_mut(|input| {
        let before = text.len();
        input.events.retain(|event| match event {
            egui::Event::Paste(pasted) if text.len() + pasted.len() > LONGEST => {
                text.push_str(pasted);
                false
            }
            _ => true,
        });
        text.len() != before
    })
}

/// A text that is too long for a field: how long it is, and the way to take it out again.
fn long_text(ui: &mut Ui, field: Id, height: f32, text: &mut String) -> Response {
    let words = format!("{} were pasted: too long to be shown here, and used as a whole.", count(text.len() as u64));
    ui.set_min_size(vec2(ui.available_width(), height));
    let mut shown = ui.label(words);
    if ui.button("Take it out").clicked() {
        text.clear();
        shown.mark_changed();
        ui.memory_mut(|memory| memory.request_focus(field));
    }
    shown
}

/// A field of several lines, up to this height; what is longer scrolls within its edge, and what is much longer is told.
pub(crate) fn text_area(ui: &mut Ui, name: &str, height: f32, text: &mut String, hint: &str) -> Response {
    marked_text_area(ui, name, height, text, hint, &[])
}

/// A text area with a bar beside each of these lines, counted from 1.
pub(crate) fn marked_text_area(
    ui: &mut Ui,
    name: &str,
    height: f32,
    text: &mut String,
    hint: &str,
    marked: &[usize],
) -> Response {
    let (id, palette) = (Id::unique(name), colors(ui));
    let focused = ui.memory(|memory| memory.has_focus(id));
    let pasted = focused && paste_long(ui, text);
    let edge = Stroke::new(1.0, if focused { palette.strong } else { palette.edge });
    let frame = Frame::new().fill(palette.well).stroke(edge).corner_radius(CornerRadius::same(theme::CORNER));
    let mut area = frame.inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
        if text.len() > LONGEST {
            return long_text(ui, id, height, text);
        }
        let scroll = ScrollArea::vertical().id_salt(name).max_height(height).min_scrolled_height(height);
        let scroll = scroll.show(ui, |ui| {
            let edit = TextEdit::multiline(text).id(id).frame(Frame::NONE).margin(Margin::ZERO).font(theme::mono());
            let least = vec2(ui.available_width(), height);
            let shown = edit.min_size(least).desired_width(f32::INFINITY).hint_text(hint).show(ui);
            let mut line = 1;
            for row in &shown.galley.rows {
                if marked.contains(&line) {
                    let row = row.rect().translate(shown.galley_pos.to_vec2());
                    let bar = Rect::from_x_y_ranges(row.left() - 6.0..=row.left() - 3.0, row.y_range());
                    ui.painter().rect_filled(bar, 0.0, palette.bad);
                }
                line += usize::from(row.ends_with_newline);
            }
            shown.response.response
        });
        scroll.inner
    });
    if pasted {
        area.inner.mark_changed();
    }
    area.inner
}

/// A row of exactly this height, whatever stands in it.
pub(crate) fn line(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui)) {
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(place).layout(layout));
    row.set_clip_rect(place.intersect(ui.clip_rect()));
    contents(&mut row);
}

/// A question over the window.
pub(crate) fn question<T>(ui: &Ui, name: &str, contents: impl FnOnce(&mut Ui) -> T) -> ModalResponse<T> {
    let frame = Frame::popup(ui.style()).inner_margin(theme::QUESTION);
    Modal::new(Id::unique(name)).frame(frame).show(ui.ctx(), contents)
}

/// A surface a step above the panel.
pub(crate) fn card(ui: &Ui) -> Frame {
    let palette = colors(ui);
    Frame::new()
        .fill(palette.raised)
        .stroke(theme::thin(palette.line))
        .corner_radius(CornerRadius::same(theme::CARD))
        .inner_margin(Margin::symmetric(10, 8))
}

/// Room around the content of a panel. It has no ground of its own: the window is cleared to the panels' colour, which costs
/// nothing, where a filled panel is drawn pixel by pixel (measured without a graphics card: half of a frame).
pub(crate) fn panel() -> Frame {
    Frame::new().inner_margin(theme::IN_NOTICE)
}

/// A round lamp and what it means. In a wrapped row both go to the next row together.
pub(crate) fn lamp(ui: &mut Ui, color: Color32, label: &str) -> Response {
    if ui.layout().main_wrap {
        let font = egui::TextStyle::Body.resolve(ui.style());
        let words = ui.painter().layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER).size().x;
        if words + 18.0 > ui.available_size_before_wrap().x && words + 18.0 <= ui.max_rect().width() {
            ui.end_row();
        }
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::APART;
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(9.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.5, color);
        ui.add(egui::Label::new(label).truncate())
    })
    .inner
}

/// A sign and a word on a tinted ground.
pub(crate) fn badge_signed(ui: &mut Ui, icon: &str, text: &str, color: Color32) -> Response {
    let palette = colors(ui);
    let mut job = LayoutJob::default();
    let format =
        TextFormat { valign: egui::Align::Center, ..TextFormat::simple(theme::sign(theme::SIGN_SMALL), color) };
    job.append(icon, 0.0, format.clone());
    job.append(text, 5.0, TextFormat { font_id: theme::strong(theme::SMALL), ..format });
    let frame = Frame::new().fill(theme::tint(color, palette)).corner_radius(CornerRadius::same(theme::BADGE));
    let label = frame.inner_margin(theme::IN_BADGE).show(ui, |ui| ui.label(job)).inner;
    spoken(&label, text);
    label
}

/// A word on a tinted ground.
pub(crate) fn badge(ui: &mut Ui, text: &str, color: Color32) -> Response {
    let palette = colors(ui);
    Frame::new()
        .fill(theme::tint(color, palette))
        .corner_radius(CornerRadius::same(theme::BADGE))
        .inner_margin(theme::IN_BADGE)
        .show(ui, |ui| ui.label(RichText::new(text).font(theme::strong(theme::SMALL)).color(color)))
        .inner
}

/// Words of several colours in one line.
pub(crate) fn sentence(parts: &[(&str, Color32, bool)]) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (text, color, strong) in parts {
        let font = if *strong { theme::strong(theme::BODY) } else { egui::FontId::proportional(theme::BODY) };
        job.append(text, 0.0, TextFormat::simple(font, *color));
    }
    job
}

/// `19 ms`, `0.3 s`, `12 s`, `2 min 05 s`.
#[must_use]
pub(crate) fn seconds(time: std::time::Duration) -> String {
    let total = time.as_secs();
    match total {
        0 if time.as_millis() < 100 => format!("{} ms", time.as_millis()),
        0..10 => format!("{:.1} s", time.as_secs_f32()),
        10..100 => format!("{total} s"),
        _ => format!("{} min {:02} s", total / 60, total % 60),
    }
}

/// Exact bytes, as they will be sent.
pub(crate) fn pill(ui: &mut Ui, text: &str, color: Color32) -> Response {
    let palette = colors(ui);
    Frame::new()
        .fill(palette.chip_ground)
        .corner_radius(CornerRadius::same(theme::BADGE))
        .inner_margin(Margin::symmetric(5, 0))
        .show(ui, |ui| {
            ui.add(
                egui::Label::new(RichText::new(text).font(theme::mono()).color(color))
                    .selectable(false)
                    .sense(Sense::hover()),
            )
        })
        .inner
}

/// A message of several lines as the one that says what is wrong: of a regular expression that is the last one.
#[must_use]
pub(crate) fn in_one_line(message: &str) -> String {
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// What a screen reader says of a label instead of its letters. (The name of a label is its value.)
pub(crate) fn spoken(response: &Response, words: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_label(words);
        node.set_value(words);
    });
}
