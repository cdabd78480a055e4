//! The sizes that more than one place of the window has in common, in points. A size that one place alone has stands there, by its name.

use egui::{Margin, Vec2, vec2};

/// Between choices that stand side by side, and entries that stand close.
pub(crate) const BETWEEN: f32 = 2.0;
/// Between things that belong together.
pub(crate) const CLOSE: f32 = 4.0;
/// Between the parts of a bar over the log, and of the port bar.
pub(crate) const IN_BAR: f32 = 5.0;
/// Between rows of a panel.
pub(crate) const APART: f32 = 6.0;
/// Between panels and their contents.
pub(crate) const GAP: f32 = 8.0;
/// Before another subject.
pub(crate) const SECTION: f32 = 10.0;
/// An edge that can be dragged is taken this far to either side.
pub(crate) const GRIP: f32 = 4.0;
/// Width of a field for a number.
pub(crate) const FIELD_NUMBER: f32 = 80.0;
/// Width of a field or a choice for a word.
pub(crate) const FIELD_WORD: f32 = 116.0;
/// Width of a field for an address.
pub(crate) const FIELD_ADDRESS: f32 = 180.0;
/// Width of a field or a choice for a name.
pub(crate) const FIELD_NAME: f32 = 220.0;
/// Width of a field for the value of a parameter.
pub(crate) const FIELD_VALUE: f32 = 260.0;
/// Width of a field for a sentence.
pub(crate) const FIELD_LINE: f32 = 390.0;
/// A list of few entries is at most so high, and scrolls.
pub(crate) const LIST_SHORT: f32 = 100.0;
/// A list in a question is at most so high.
pub(crate) const LIST: f32 = 250.0;
/// A list that is what a tool window is for is at most so high.
pub(crate) const LIST_TALL: f32 = 400.0;
/// A field for a pasted sketch or log is at most so high, so that what was read from it stays in sight.
pub(crate) const PASTED: f32 = 130.0;
/// Width of a page, and of a question that shows more than fields.
pub(crate) const PAGE_WIDTH: f32 = 560.0;
/// Width of a question.
pub(crate) const QUESTION_WIDTH: f32 = 400.0;
/// A tool window with a page to read opens at this size.
pub(crate) const TOOL_PAGE: [f32; 2] = [720.0, 580.0];
/// Height of a row of the log.
pub(crate) const ROW: f32 = 20.0;
/// Size of the log's letters.
pub(crate) const MONO: f32 = 13.0;
/// Size of the letters in a control character's chip.
pub(crate) const CHIP: f32 = 10.0;
/// Size of ordinary letters.
pub(crate) const BODY: f32 = 13.5;
/// Size of secondary letters.
pub(crate) const SMALL: f32 = 11.5;
/// Size of the letters of a panel's heading.
pub(crate) const HEADING: f32 = 13.0;
/// Size of a sign beside a word, and of the smaller one in a badge or a picker.
pub(crate) const SIGN: f32 = 14.5;
/// The smaller sign, in a badge or a picker.
pub(crate) const SIGN_SMALL: f32 = 12.0;
/// Size of the letters of a page's heading.
pub(crate) const PAGE: f32 = 18.0;
/// Between the columns and the rows of a table.
pub(crate) const GRID: [f32; 2] = [14.0, 6.0];
/// Width of a field for a path.
pub(crate) const PATH: f32 = 330.0;
/// Height of buttons and input fields.
pub(crate) const CONTROL: f32 = 26.0;
/// Window at first start.
pub(crate) const FIRST: Vec2 = vec2(1280.0, 820.0);
/// Width of the side panel, and within which it can be drawn.
pub(crate) const SIDE: f32 = 308.0;
/// The side panel is drawn between these widths.
pub(crate) const SIDE_RANGE: std::ops::RangeInclusive<f32> = 240.0..=520.0;
/// A narrower window shows the side panel only when asked.
pub(crate) const NARROW: f32 = 900.0;
/// A narrower port bar has the lamps of the modem lines in its menu only.
pub(crate) const LAMPS: f32 = 1100.0;
/// Everything has its place from here on; a smaller window scrolls as a whole. 1280 x 800 dots are wider at 200 %, and higher at 170 %.
pub(crate) const LEAST: Vec2 = vec2(620.0, 460.0);
/// With the side panel.
pub(crate) const LEAST_WITH_SIDE: Vec2 = vec2(790.0, 470.0);
/// What a button opens is at least so high, whatever the window is.
pub(crate) const LEAST_FORM: f32 = 120.0;
/// The slot of the macro run.
pub(crate) const RUN: f32 = 158.0;
/// The slot of the test server while it is off, and while it is on.
pub(crate) const SERVER: [f32; 2] = [38.0, 200.0];
/// The findings, at first and at most.
pub(crate) const FINDINGS: f32 = 104.0;
/// Between these heights the findings can be drawn.
pub(crate) const FINDINGS_RANGE: std::ops::RangeInclusive<f32> = 64.0..=420.0;
/// The Send button.
pub(crate) const SEND: f32 = 78.0;
/// The least width of one of several choices that stand side by side.
pub(crate) const SEGMENT: f32 = 34.0;
/// A line of the send box that comes and goes with what is typed.
pub(crate) const INFO: f32 = 24.0;
/// Width of a notice over the log.
pub(crate) const TOAST: f32 = 400.0;
/// Ground around what is in a menu or over the log.
pub(crate) const OVER: f32 = 8.0;
/// Ground around a tool window's title: the header is 32 points high.
pub(crate) const TOOL_TITLE: Margin = Margin::symmetric(16, 7);
/// What a tool window leaves of the screen beside and below it.
pub(crate) const TOOL_ROOM: Vec2 = vec2(24.0, 48.0);
/// Where a tool window opens first.
pub(crate) const TOOL_AT: [f32; 2] = [70.0, 90.0];
/// Ground around a question over the window.
pub(crate) const QUESTION: Margin = Margin::same(18);
/// Ground around the words of a badge.
pub(crate) const IN_BADGE: Margin = Margin::symmetric(6, 1);
/// Ground around the words of a notice.
pub(crate) const IN_NOTICE: Margin = Margin::symmetric(10, 7);
/// Corners of badges.
pub(crate) const BADGE: u8 = 4;
/// Corners of cards, menus and the log.
pub(crate) const CARD: u8 = 7;
/// Corners of buttons and fields.
pub(crate) const CORNER: u8 = 5;
