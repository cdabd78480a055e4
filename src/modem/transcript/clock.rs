//! Time stamps that tools put in front of the lines of a log, and delays named in comments.

use std::time::Duration;

use super::{TextLine, spelled};

/// What PuTTY writes at the head of its logs.
pub(super) const PUTTY_HEADER: &[u8] = b"=~=~=~=~";

const DAY: Duration = Duration::from_hours(24);

/// Cuts a text into lines; the first one has this number.
pub(super) fn lines(text: &[u8], first: usize) -> Vec<TextLine<'_>> {
    let mut lines: Vec<TextLine<'_>> = Vec::new();
    // PuTTY writes its own line ends.
    let own = text.starts_with(PUTTY_HEADER);
    for (number, raw) in (first..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let bare = raw.strip_suffix(b"\n").unwrap_or(raw);
        let ended = bare.len() < raw.len();
        let text = bare.strip_suffix(b"\r").unwrap_or(bare);
        if !text.starts_with(PUTTY_HEADER) {
            lines.push(TextLine { number, at: None, text, carriage_return: text.len() < bare.len() && !own, ended });
        }
    }
    lines
}

/// The time stamps of a log. Times count from the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    stands: Stands,
    /// Whole numbers are milliseconds.
    millis: bool,
    day: Duration,
    first: Option<Duration>,
    last: Option<Duration>,
}

/// Where the lines have their stamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stands {
    #[default]
    Nowhere,
    InFront,
    /// In front, and PlatformIO puts `> ` behind each, whatever came.
    BeforeSign,
    /// In front of arrows that point both ways: these tell the direction, and are none of the stamp.
    BeforeArrows,
    Behind,
}

impl Clock {
    /// Learns from the first lines whether they have stamps.
    pub(super) fn learn(lines: &[TextLine<'_>]) -> Self {
        let shown: Vec<&[u8]> = lines.iter().filter(|line| !line.is_blank()).take(40).map(|line| line.text).collect();
        let stamps: Vec<Stamp> = shown.iter().filter_map(|text| stamp(text)).map(|(at, _)| at).collect();
        // Some tools stamp each burst, not each line.
        if stamps.len() * 5 < shown.len() || stamps.is_empty() || (stamps.len() == 1 && shown.len() > 2) {
            let stamps: Vec<Stamp> = shown.iter().filter_map(|text| stamp_behind(text)).map(|(at, _)| at).collect();
            // The last of several numbers in parentheses is none.
            let sorted = stamps.iter().map(|stamp| stamp.time(false)).is_sorted();
            let behind = sorted && stamps.len() > 3 && stamps.len() * 3 > shown.len() * 2;
            return if behind { Self::of(Stands::Behind, &stamps) } else { Self::default() };
        }
        let rests = || lines.iter().filter_map(|line| stamp(line.text)).map(|(_, rest)| rest);
        let points = |away: &[u8], back: &[u8]| {
            let any = |sign: &[u8]| rests().any(|rest| rest.trim_ascii_start().starts_with(sign));
            any(away) && any(back)
        };
        let arrows = points(b"->", b"<-") || points(b"> ", b"< ");
        let pointed = !arrows
            && rests().map(separated).all(|rest| rest.starts_with(b">"))
            && rests().any(|rest| separated(rest).strip_prefix(b">").is_some_and(spelled::ends_in_answer));
        let stands = match (arrows, pointed) {
            (true, _) => Stands::BeforeArrows,
            (false, true) => Stands::BeforeSign,
            (false, false) => Stands::InFront,
        };
        Self::of(stands, &stamps)
    }

    /// A clock that has shown these.
    fn of(stands: Stands, stamps: &[Stamp]) -> Self {
        // Whole numbers in brackets are the milliseconds of a sketch, unless they are small.
        let whole = stamps.iter().all(|stamp| matches!(stamp, Stamp::Whole(_)));
        let most = stamps.iter().map(|stamp| stamp.time(false)).max().unwrap_or_default();
        Self { stands, millis: whole && most >= Duration::from_secs(1000), ..Self::default() }
    }

    /// Takes the stamp off a line. One without, in a log with stamps, goes with the line before it.
    pub(super) fn take<'a>(&mut self, mut line: TextLine<'a>) -> TextLine<'a> {
        let read = match self.stands {
            Stands::Nowhere => None,
            Stands::Behind => stamp_behind(line.text),
            _ => stamp(line.text),
        };
        let Some((clock, rest)) = read else {
            line.at = self.last.zip(self.first).map(|(last, first)| last.saturating_sub(first));
            return line;
        };
        let bare = |text: &'a [u8]| text.strip_prefix(b" ").unwrap_or(text);
        line.text = match self.stands {
            Stands::Nowhere | Stands::Behind => rest,
            Stands::BeforeArrows => bare(rest),
            Stands::BeforeSign => separated(rest).strip_prefix(b">").map_or(separated(rest), bare),
            Stands::InFront => separated(rest),
        };
        let mut at = clock.time(self.millis) + self.day;
        if let Some(last) = self.last
            && at + DAY / 2 < last
        {
            self.day += DAY;
            at += DAY;
        }
        // A clock that was set back must not let time run backwards.
        let at = at.max(self.last.unwrap_or(at));
        self.last = Some(at);
        line.at = Some(at.saturating_sub(*self.first.get_or_insert(at)));
        line
    }
}

/// A time stamp.
#[derive(Clone, Copy, Debug)]
enum Stamp {
    /// A time of day, or seconds with a fraction.
    Time(Duration),
    /// A whole number: seconds or milliseconds.
    Whole(u64),
}

impl Stamp {
    const fn time(self, millis: bool) -> Duration {
        match self {
            Self::Time(time) => time,
            Self::Whole(number) if millis => Duration::from_millis(number),
            Self::Whole(number) => Duration::from_secs(number),
        }
    }
}

/// Reads a time stamp at the start of a line: the time of day (or seconds), and all that stands behind it.
fn stamp(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let close = match line.first()? {
        b'[' => b']',
        b'(' => b')',
        b'I' | b'W' | b'E' | b'D' | b'V' if line.get(1..3) == Some(b" (") => return esp_idf(line),
        _ => {
            let (at, rest) = moment(line).or_else(|| epoch(line)).or_else(|| uptime(line)).or_else(|| elapsed(line))?;
            let marks: [&[u8]; 9] = [b" ", b"\t", b": ", b"> ", b"< ", b", ", b"; ", b" | ", b" - "];
            let apart = rest.is_empty() || marks.iter().any(|mark| rest.starts_with(mark));
            return apart.then_some((Stamp::Time(at), rest));
        }
    };
    let end = line.iter().take(40).position(|&byte| byte == close)?;
    let rest = line.get(end + 1..)?;
    Some((bracketed(line.get(1..end)?)?, rest))
}

/// Reads the stamp that stands in brackets.
fn bracketed(inside: &[u8]) -> Option<Stamp> {
    let inside = inside.trim_ascii();
    if let Some((number, [])) = number(inside, 1..=9) {
        return Some(Stamp::Whole(number));
    }
    let whole = |text| moment(text).filter(|(_, rest)| rest.is_empty()).map(|(at, _)| at);
    // Tera Term: `[Mon Jan 02 12:33:01.123 2024]`.
    let among = || inside.split(|byte| *byte == b' ').filter(|words| words.len() < 16).find_map(whole);
    seconds(inside).or_else(|| whole(inside)).or_else(among).map(Stamp::Time)
}

/// Reads a stamp at the end of a line, set off by blanks: `OK (15320)`, `OK  [10:02:11]`, `OK    10:02:11.320`.
fn stamp_behind(line: &[u8]) -> Option<(Stamp, &[u8])> {
    /// Fewer digits may be a value.
    const DIGITS: usize = 3;
    let line = line.trim_ascii_end();
    let open = match line.last()? {
        b')' => b'(',
        b']' => b'[',
        _ => {
            let at = line.iter().rposition(|byte| matches!(byte, b' ' | b'\t'))?;
            let last = line.get(at + 1..)?;
            let (at, []) = time_of_day(last).or_else(|| epoch(last))? else { return None };
            let rest = line.get(..line.iter().rposition(|byte| matches!(byte, b' ' | b'\t'))?)?;
            return Some((Stamp::Time(at), rest.trim_ascii_end()));
        }
    };
    let at = memchr::memrchr(open, line)?;
    let (rest, inside) = (line.get(..at)?, line.get(at + 1..line.len() - 1)?);
    let stamped = rest.ends_with(b" ") && inside.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS;
    Some((bracketed(inside)?, rest.trim_ascii_end())).filter(|_| stamped)
}

/// Takes off what stands between a stamp and the line: one blank or tab, a mark, or Arduino's ` -> `.
fn separated(rest: &[u8]) -> &[u8] {
    let marks: [&[u8]; 9] = [b" -> ", b" ->", b"\t", b": ", b"> ", b", ", b"; ", b" | ", b" - "];
    let mark = marks.iter().find_map(|mark| rest.strip_prefix(*mark));
    mark.unwrap_or_else(|| rest.strip_prefix(b" ").unwrap_or(rest))
}

/// The log of ESP-IDF: a letter for how bad it is, and milliseconds: `I (48923) `.
fn esp_idf(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (millis, rest) = number(line.get(1..)?.strip_prefix(b" (")?, 1..=10)?;
    let rest = rest.strip_prefix(b")").filter(|rest| rest.starts_with(b" "))?;
    Some((Stamp::Time(Duration::from_millis(millis)), rest))
}

/// Seconds since a start, with three or six digits behind the point: `9376.746 `.
fn uptime(line: &[u8]) -> Option<(Duration, &[u8])> {
    let (seconds, rest) = number(line, 1..=7)?;
    let digits = rest.strip_prefix(b".")?;
    let (fraction, rest) = fraction(digits)?;
    matches!(digits.len() - rest.len(), 3 | 6).then(|| (Duration::from_secs(seconds) + fraction, rest))
}

/// The time since a start with its unit: `T+1.3s `, `+250ms `, `0.4s `.
fn elapsed(line: &[u8]) -> Option<(Duration, &[u8])> {
    let text = line.strip_prefix(b"T+").or_else(|| line.strip_prefix(b"+")).unwrap_or(line);
    let (whole, mut rest) = number(text, 1..=7)?;
    let mut at = Duration::from_secs(whole);
    if let Some((part, behind)) = rest.strip_prefix(b".").and_then(fraction) {
        (at, rest) = (at + part, behind);
    }
    rest.strip_prefix(b"ms").map(|rest| (at / 1000, rest)).or_else(|| Some((at, rest.strip_prefix(b"s")?)))
}

/// Seconds since 1970 with a fraction.
fn epoch(text: &[u8]) -> Option<(Duration, &[u8])> {
    let (seconds, rest) = number(text, 10..=10)?;
    let (fraction, rest) = fraction(rest.strip_prefix(b".")?)?;
    Some((Duration::from_secs(seconds) + fraction, rest))
}

/// A date may stand before a time of day: `2024-01-01 12:34:56.789`, `2024-01-01T12:34:56`, `1/2/2024 12:34:56.789`.
pub(super) fn moment(text: &[u8]) -> Option<(Duration, &[u8])> {
    if let Some(found) = time_of_day(text) {
        return Some(found);
    }
    if let Some(rest) = month(text) {
        return time_of_day(rest);
    }
    if let Some(rest) = weekday(text) {
        return moment(rest);
    }
    let date = text.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.')).count();
    let (date, rest) = text.split_at_checked(date)?;
    let parts: Vec<&[u8]> = date.split(|byte| matches!(byte, b'-' | b'/' | b'.')).collect();
    if parts.len() != 3 || parts.iter().any(|part| part.is_empty() || part.len() > 4) {
        return None;
    }
    let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"T"))?;
    time_of_day(rest)
}

/// What stands behind the day of the week: `Thu 2014/10/09 11:13:42`.
fn weekday(text: &[u8]) -> Option<&[u8]> {
    const DAYS: &[u8] = b"MonTueWedThuFriSatSun";
    let (name, rest) = text.split_at_checked(3)?;
    DAYS.chunks_exact(3).find(|day| *day == name)?;
    rest.strip_prefix(b", ").or_else(|| rest.strip_prefix(b" "))
}

/// What stands behind the date of a system log: `Apr  4 12:34:56`.
fn month(text: &[u8]) -> Option<&[u8]> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let (name, rest) = text.split_at_checked(3)?;
    MONTHS.chunks_exact(3).find(|month| *month == name)?;
    let (_, rest) = number(rest.strip_prefix(b" ")?.trim_ascii_start(), 1..=2)?;
    rest.strip_prefix(b" ")
}

/// `12:34:56`, with `.789`, `,789` or `:789` behind, and a zone `Z` or `+02:00`.
fn time_of_day(text: &[u8]) -> Option<(Duration, &[u8])> {
    let (hours, rest) = number(text, 1..=2)?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?, 2..=2)?;
    let (seconds, mut rest) = number(rest.strip_prefix(b":")?, 2..=2)?;
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let mut at = Duration::from_secs(hours * 3600 + minutes * 60 + seconds);
    if let [b'.' | b',' | b':', digits @ ..] = rest
        && let Some((fraction, behind)) = fraction(digits)
    {
        at += fraction;
        rest = behind;
    }
    // Zephyr's microseconds: `00:00:12.532,000`.
    if let Some(behind) = rest.strip_prefix(b",").and_then(|digits| number(digits, 3..=3)).map(|(_, behind)| behind)
        && !behind.first().is_some_and(u8::is_ascii_digit)
    {
        rest = behind;
    }
    if let Some(behind) = rest.strip_prefix(b"Z") {
        rest = behind;
    } else if let [b'+' | b'-', zone @ ..] = rest
        && let Some((_, behind)) = number(zone, 2..=2)
    {
        let behind = behind.strip_prefix(b":").unwrap_or(behind);
        rest = number(behind, 2..=2).map_or(rest, |(_, behind)| behind);
    }
    for (half, hours) in [(&b" AM"[..], 0), (b" PM", 12)] {
        if let Some(behind) = rest.strip_prefix(half) {
            let noon = Duration::from_hours(12);
            at = (if at >= noon { at.saturating_sub(noon) } else { at }) + Duration::from_hours(hours);
            rest = behind;
        }
    }
    Some((at, rest))
}

/// Seconds since something, with a fraction: `12.345`, as in `[12.345]`.
pub(super) fn seconds(text: &[u8]) -> Option<Duration> {
    let (whole, rest) = number(text, 1..=9)?;
    let whole = Duration::from_secs(whole);
    if rest.is_empty() {
        return Some(whole);
    }
    let (fraction, rest) = fraction(rest.strip_prefix(b".")?)?;
    rest.is_empty().then_some(whole + fraction)
}

/// The digits behind a decimal point.
fn fraction(text: &[u8]) -> Option<(Duration, &[u8])> {
    /// Programs that print a binary number as it is have so many.
    const MOST: usize = 20;
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > MOST {
        return None;
    }
    let kept = digits.min(9);
    let (value, _) = number(text.get(..kept)?, 1..=9)?;
    let scale = 10_u64.pow(9_u32.saturating_sub(u32::try_from(kept).ok()?));
    let rounded = u64::from(text.get(kept).is_some_and(|next| (b'5'..=b'9').contains(next)));
    Some((Duration::from_nanos(value * scale + rounded), text.get(digits..)?))
}

/// A decimal number of this many digits, and what stands behind it.
fn number(text: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<(u64, &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !digits.contains(&count) {
        return None;
    }
    let (number, rest) = text.split_at_checked(count)?;
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, rest))
}

/// A delay that a comment names, as in `# delay 500 ms`.
pub(super) fn delay_in_comment(comment: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(comment).ok()?.to_ascii_lowercase();
    let named = ["delay", "wait", "sleep", "pause", "later"].iter().any(|word| text.contains(word));
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let number = text.get(at..)?;
    let digits = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let value: f64 = number.get(..digits)?.trim_end_matches('.').parse().ok()?;
    let unit = number.get(digits..)?.trim_start_matches([' ', ')']);
    let unit: String = unit.chars().take_while(char::is_ascii_alphabetic).collect();
    let scale = match unit.as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        // `delay(500)` is a sketch's own word, in milliseconds.
        "" if text.contains("delay(") => 0.001,
        _ => return None,
    };
    named.then(|| Duration::try_from_secs_f64(value * scale).ok()).flatten()
}
