//! Where the log is scrolled to. Whole rows in `u64` and only the rest in `f32`: past 2^24 points an `f32` offset
//! stands still (measured: at ten million rows the wheel was dead), and this one does not.

use std::collections::BTreeMap;

use egui::{CornerRadius, Id, Rect, Sense, Ui, accesskit, pos2, vec2};

use crate::ui::parts;

/// Width of the scroll bar, and how high its thumb is at least.
pub(super) const BAR: f32 = 10.0;
const THUMB: f32 = 28.0;

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scroll {
    /// First row that is at least partly visible.
    pub(super) row: u64,
    /// How many points of it are above the edge.
    pub(super) sub: f32,
    /// The last row stays in sight.
    pub(super) follow: bool,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { row: 0, sub: 0.0, follow: true }
    }
}

/// The window onto the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent<'a> {
    /// Rows in all.
    pub(super) total: u64,
    /// Height of a row of one line.
    pub(super) row: f32,
    /// Height of the window.
    pub(super) height: f32,
    /// Rows that are folded to several lines, as far as they are known: those around the window.
    pub(super) tall: &'a BTreeMap<u64, f32>,
}

impl Extent<'_> {
    /// Rows of one line that fit in whole.
    pub(super) fn page(&self) -> u64 {
        to_rows(self.height / self.row).max(1)
    }

    pub(super) fn height_of(&self, row: u64) -> f32 {
        self.tall.get(&row).copied().unwrap_or(self.row)
    }

    /// The place at which the last row stands on the lower edge.
    fn last(&self) -> (u64, f32) {
        let (mut row, mut left) = (self.total, self.height);
        while row > 0 {
            row -= 1;
            let height = self.height_of(row);
            if height >= left {
                return (row, height - left);
            }
            left -= height;
        }
        (0, 0.0)
    }
}

impl Scroll {
    /// Keeps to what there is; while following, to its end.
    pub(super) fn settle(&mut self, extent: Extent<'_>) {
        let last = extent.last();
        if self.follow || (self.row, self.sub) >= last {
            (self.row, self.sub) = last;
        }
    }

    /// Moves by points, down where positive. Up lets go of the end; reaching the end takes hold of it.
    pub(super) fn by(&mut self, points: f32, extent: Extent<'_>) {
        /// What is further than this many rows does not look at each of them.
        const FAR: f32 = 200.0;
        let mut sub = self.sub + points;
        let rows = (sub / extent.row).floor();
        if rows.abs() > FAR {
            sub -= rows * extent.row;
            self.row = if rows < 0.0 {
                self.row.saturating_sub(to_rows(-rows))
            } else {
                self.row.saturating_add(to_rows(rows))
            };
        }
        while sub < 0.0 && self.row > 0 {
            self.row -= 1;
            sub += extent.height_of(self.row);
        }
        while sub >= extent.height_of(self.row) && self.row < extent.total {
            sub -= extent.height_of(self.row);
            self.row += 1;
        }
        self.sub = sub.max(0.0);
        if rows < -FAR && self.row == 0 {
            self.sub = 0.0;
        }
        self.moved(points < 0.0, extent);
    }

    /// Moves by rows, down where positive.
    pub(super) fn by_rows(&mut self, rows: i64, extent: Extent<'_>) {
        self.row = self.row.saturating_add_signed(rows);
        self.moved(rows < 0, extent);
    }

    /// Goes to this part of the whole, 0 to 1, as a thumb says.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a thumb")]
    pub(super) fn go_to_part(&mut self, part: f64, extent: Extent<'_>) {
        let last = extent.last().0 as f64;
        self.row = (part.clamp(0.0, 1.0) * last).round() as u64;
        self.sub = 0.0;
        self.moved(part < 1.0, extent);
    }

    /// Brings a row into the middle.
    pub(super) fn go_to_row(&mut self, row: u64, extent: Extent<'_>) {
        self.row = row.saturating_sub(extent.page() / 2);
        self.sub = 0.0;
        self.moved(true, extent);
    }

    /// Brings a row into sight, whole, by the shortest way. The last row is not kept in sight any more.
    pub(super) fn reveal(&mut self, row: u64, extent: Extent<'_>) {
        self.follow = false;
        if row <= self.row {
            (self.row, self.sub) = (row, 0.0);
            return;
        }
        let (mut first, mut room) = (row, extent.height - extent.height_of(row));
        while first > self.row && room >= extent.height_of(first - 1) {
            first -= 1;
            room -= extent.height_of(first);
        }
        if first > self.row {
            // Down to where the row stands on the lower edge.
            (self.row, self.sub) = (first - 1, (extent.height_of(first - 1) - room).max(0.0));
        }
    }

    /// Which part of the whole is in sight: place of the thumb and its length, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a thumb")]
    pub(super) fn thumb(&self, extent: Extent<'_>) -> Option<(f64, f64)> {
        let (last, scrolls) = (extent.last().0 as f64, extent.last() != (0, 0.0));
        let fits = f64::from(extent.height / extent.row) / extent.total.max(1) as f64;
        (fits < 1.0 || scrolls).then(|| ((self.row as f64 / last.max(1.0)).min(1.0), fits.min(1.0)))
    }

    /// Draws the bar at the right edge, by which the log is dragged.
    pub(super) fn bar(&mut self, ui: &Ui, rect: Rect, extent: Extent<'_>) {
        let Some((at, part)) = self.thumb(extent) else { return };
        let palette = parts::colors(ui);
        let track = Rect::from_min_max(pos2(rect.right() - BAR, rect.top()), rect.max);
        #[expect(clippy::cast_possible_truncation, reason = "points on the screen")]
        let (at, part) = (at as f32, part as f32);
        let length = (track.height() * part).max(THUMB);
        let free = track.height() - length;
        let thumb = Rect::from_min_size(pos2(track.left() + 2.0, track.top() + at * free), vec2(BAR - 4.0, length));
        let response = ui.interact(track, Id::unique("log bar"), Sense::click_and_drag());
        if let Some(pos) = response.interact_pointer_pos() {
            let part = (pos.y - track.top() - length / 2.0) / free.max(1.0);
            self.go_to_part(f64::from(part), extent);
        }
        let color = if response.hovered() || response.dragged() { palette.weak } else { palette.line };
        ui.painter().rect_filled(thumb, CornerRadius::same(3), color);
        response.widget_info(|| egui::WidgetInfo::labeled(accesskit::Role::ScrollBar, true, "Scroll the log"));
    }

    fn moved(&mut self, up: bool, extent: Extent<'_>) {
        let last = extent.last();
        let at_end = (self.row, self.sub) >= last;
        self.follow = at_end && (!up || last == (0, 0.0));
        self.settle(extent);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
fn to_rows(rows: f32) -> u64 {
    rows as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    static FLAT: BTreeMap<u64, f32> = BTreeMap::new();

    fn extent(total: u64) -> Extent<'static> {
        Extent { total, row: 20.0, height: 200.0, tall: &FLAT }
    }

    #[test]
    fn the_wheel_moves_the_same_way_at_any_length() {
        for total in [100_u64, 1_000_000, 100_000_000, u64::from(u32::MAX) * 100] {
            let mut scroll = Scroll { row: total - 50, sub: 0.0, follow: false };
            for _ in 0..10 {
                scroll.by(7.0, extent(total));
            }
            assert_eq!((scroll.row, scroll.sub.round()), (total - 47, 10.0), "{total}");
            for _ in 0..10 {
                scroll.by(-7.0, extent(total));
            }
            assert_eq!((scroll.row, scroll.sub.round()), (total - 50, 0.0), "{total}");
        }
    }

    #[test]
    fn scrolling_up_lets_go_and_the_end_takes_hold() {
        let mut scroll = Scroll::default();
        scroll.settle(extent(1000));
        assert_eq!((scroll.row, scroll.follow), (990, true));
        scroll.by(-1.0, extent(1000));
        assert!(!scroll.follow);
        let place = (scroll.row, scroll.sub);
        scroll.settle(extent(2000));
        assert_eq!((scroll.row, scroll.sub), place, "what is read stays in place");
        scroll.by_rows(5000, extent(2000));
        assert_eq!((scroll.row, scroll.follow), (1990, true));
        scroll.go_to_part(0.5, extent(2000));
        assert_eq!((scroll.row, scroll.follow), (995, false));
        scroll.by(-1e9, extent(2000));
        assert_eq!((scroll.row, scroll.sub, scroll.follow), (0, 0.0, false));
        scroll.go_to_part(1.0, extent(2000));
        assert!(scroll.follow);
    }

    #[test]
    fn a_log_that_fits_stands_at_the_top() {
        let mut scroll = Scroll::default();
        for total in [0, 1, 9] {
            scroll.settle(extent(total));
            assert_eq!((scroll.row, scroll.sub), (0, 0.0));
            assert_eq!(scroll.thumb(extent(total)), None);
        }
        scroll.by(-30.0, extent(3));
        assert!(scroll.follow, "nothing to scroll: the end is in sight");
        scroll.settle(Extent { total: 11, row: 20.0, height: 210.0, tall: &FLAT });
        assert_eq!((scroll.row, scroll.sub), (0, 10.0));
    }

    #[test]
    fn folded_rows_count_with_all_their_lines() {
        let tall = BTreeMap::from([(997, 100.0), (999, 500.0)]);
        let extent = Extent { tall: &tall, ..extent(1000) };
        let mut scroll = Scroll::default();
        scroll.settle(extent);
        assert_eq!((scroll.row, scroll.sub), (999, 300.0), "the end of the last row is in sight");
        for (points, place) in
            [(-290.0, (999, 10.0)), (-20.0, (998, 10.0)), (-60.0, (997, 50.0)), (1000.0, (999, 300.0))]
        {
            scroll.by(points, extent);
            assert_eq!((scroll.row, scroll.sub), place, "{points}");
        }
        assert!(scroll.follow);
        let long = Extent { total: 1, tall: &BTreeMap::from([(0, 900.0)]), ..extent };
        let mut scroll = Scroll::default();
        scroll.settle(long);
        scroll.by(-10.0, long);
        assert_eq!((scroll.row, scroll.sub, scroll.follow), (0, 690.0, false));
        assert!(scroll.thumb(long).is_some());
    }

    #[test]
    fn a_row_is_brought_into_the_middle() {
        let mut scroll = Scroll::default();
        scroll.go_to_row(500, extent(1000));
        assert_eq!((scroll.row, scroll.follow), (495, false));
        scroll.go_to_row(1, extent(1000));
        assert_eq!(scroll.row, 0);
    }
}
