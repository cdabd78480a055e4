//! The findings: in order of their bytes, bounded, taken back or put right when the bytes say so.

use std::collections::VecDeque;
use std::time::Duration;

use super::doc::Doc;
use super::{Evidence, Finding, Offer, Severity};
use crate::modem::dialog::exchange::Span;
use crate::modem::secrets::Secrets;
use crate::notation::harmless;
use crate::vocabulary::Family;

/// Most findings that are kept; the rest is counted.
const KEPT: usize = 200;

/// How many blamed commands are remembered.
const BLAMED: usize = 32;

/// What the title of a refusal says where the modem told none.
const NO_REASON: &str = ", and the modem gave no reason";

/// A finding before it is in the book.
#[derive(Debug, Default)]
pub(super) struct Draft {
    title: String,
    cause: Option<String>,
    fix: Option<String>,
    advice: Option<String>,
    spans: Vec<Span>,
    offers: Vec<Offer>,
    confidence: Option<u8>,
    severity: Option<Severity>,
    line: Option<usize>,
    as_sent: bool,
}

impl Draft {
    /// What is wrong, and the bytes it rests on.
    pub(super) fn new(title: impl Into<String>, spans: impl IntoIterator<Item = Option<Span>>) -> Self {
        Self { title: title.into(), spans: spans.into_iter().flatten().collect(), ..Self::default() }
    }

    /// Why, where the rule's own words are not the best.
    pub(super) fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What to do, where the rule's own words are not the best.
    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// The same in words of our own alone: nothing in them is from the log, so nothing in them is secret.
    pub(super) fn advise(mut self, fix: impl Into<String>) -> Self {
        self.advice = Some(fix.into());
        self
    }

    /// Bytes that one click sends.
    pub(super) fn send(mut self, label: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.offers.push(Offer::Send { label: label.to_owned(), bytes: bytes.into() });
        self
    }

    /// Another offer.
    pub(super) fn offer(mut self, offer: Offer) -> Self {
        self.offers.push(offer);
        self
    }

    /// 0 to 100; 90 unless told.
    pub(super) fn confidence(mut self, confidence: u8) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// The line of the log that tells it, which is none of the dialog.
    pub(super) fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The title shows a command as it was sent, whatever the modem's own name for it is.
    pub(super) fn quoting(mut self) -> Self {
        self.as_sent = true;
        self
    }

    /// Another severity than the rule's.
    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// Names a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle(u64);

/// What the book knows of a finding beside itself.
#[derive(Clone, Copy, Debug)]
struct Entry {
    handle: Handle,
    order: u64,
    withdrawn: bool,
    /// How often it was seen.
    count: u32,
}

/// All findings.
#[derive(Debug, Default)]
pub(super) struct Book {
    findings: Vec<Finding>,
    entries: Vec<Entry>,
    blamed: VecDeque<(u64, &'static str)>,
    /// What no finding may quote.
    secrets: Secrets,
    next: u64,
    more: u64,
    /// The family of the modem that findings are about.
    pub(super) family: Option<&'static Family>,
}

impl Book {
    /// What was secret so far.
    pub(super) const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(super) const fn secrets_mut(&mut self) -> &mut Secrets {
        &mut self.secrets
    }

    /// Puts a finding in its place.
    pub(super) fn add(&mut self, doc: &'static Doc, mut draft: Draft) -> Handle {
        self.next += 1;
        let handle = Handle(self.next);
        if self.findings.len() >= KEPT && !self.drop_withdrawn() {
            self.more += 1;
            return handle;
        }
        draft.spans.sort_by_key(|span| span.order);
        let order = draft.spans.first().map_or(u64::MAX, |span| span.order);
        for offer in &mut draft.offers {
            if let Offer::Send { label, .. } = offer {
                *label = self.secrets.masked(std::mem::take(label));
            }
        }
        // What a finding quotes from the line is shown, never obeyed.
        let masked = |text: String| harmless(&self.secrets.masked(text));
        let mut finding = Finding {
            rule: doc.slug,
            severity: draft.severity.unwrap_or(doc.severity),
            title: masked(draft.title),
            cause: draft.cause.map_or_else(|| doc.why.to_owned(), masked),
            fix: draft.fix.map(masked).or(draft.advice).unwrap_or_else(|| doc.fix.to_owned()),
            evidence: draft.spans.iter().map(evidence).collect(),
            line: draft.line,
            offers: draft.offers,
            confidence: draft.confidence.unwrap_or(90),
            resolved: false,
        };
        if let Some(family) = self.family {
            super::wording::reword(&mut finding, family, draft.as_sent);
        }
        let at = self.entries.partition_point(|entry| entry.order <= order);
        self.findings.insert(at, finding);
        self.entries.insert(at, Entry { handle, order, withdrawn: false, count: 1 });
        handle
    }

    /// The same once more: one cause is one finding, with its count.
    pub(super) fn again(&mut self, handle: Handle, spans: impl IntoIterator<Item = Option<Span>>) {
        let Some(at) = self.place(handle) else { return };
        let (Some(entry), Some(finding)) = (self.entries.get_mut(at), self.findings.get_mut(at)) else { return };
        let counted = format!(", {} times.", entry.count);
        let title =
            finding.title.strip_suffix(&counted).or_else(|| finding.title.strip_suffix('.')).unwrap_or_default();
        entry.count += 1;
        finding.title = format!("{title}, {} times.", entry.count);
        finding.resolved = false;
        extend(finding, spans);
    }

    /// The finding says that the modem gave no reason.
    #[must_use]
    pub(super) fn lacks_reason(&self, handle: Handle) -> bool {
        let finding = self.place(handle).and_then(|at| self.findings.get(at));
        finding.is_some_and(|finding| finding.title.contains(NO_REASON))
    }

    /// The modem was asked why the command there was refused: what it says goes to the finding that rests on it.
    pub(super) fn explain(&mut self, command: Span, words: &str, told: Span) {
        let rests = |finding: &&mut Finding| {
            finding
                .evidence
                .iter()
                .any(|evidence| evidence.direction == command.direction && evidence.range.start == command.start)
        };
        let words = harmless(&self.secrets.masked(words.to_owned()));
        if let Some(finding) = self.findings.iter_mut().rev().find(rests) {
            finding.title = finding.title.replace(NO_REASON, "");
            finding.cause = format!("The modem was asked for the reason: {words}.");
            extend(finding, [Some(told)]);
        }
    }

    /// More bytes show what a standing finding of this rule says. False if there is none.
    pub(super) fn extend(&mut self, slugs: &[&str], spans: impl IntoIterator<Item = Option<Span>>) -> bool {
        let Some(finding) = self.findings.iter_mut().find(|finding| !finding.resolved && slugs.contains(&finding.rule))
        else {
            return false;
        };
        extend(finding, spans);
        true
    }

    /// Some finding rests on these bytes.
    #[must_use]
    pub(super) fn rests_on(&self, span: Span) -> bool {
        self.findings.iter().flat_map(|finding| &finding.evidence).any(|evidence| {
            evidence.direction == span.direction && evidence.range.start < span.end && span.start < evidence.range.end
        })
    }

    /// Makes room by forgetting one finding that was taken back.
    fn drop_withdrawn(&mut self) -> bool {
        let Some(at) = self.entries.iter().position(|entry| entry.withdrawn) else { return false };
        self.entries.remove(at);
        self.findings.remove(at);
        true
    }

    fn place(&self, handle: Handle) -> Option<usize> {
        self.entries.iter().position(|entry| entry.handle == handle)
    }

    /// What was wrong has been put right.
    pub(super) fn resolve(&mut self, handle: Handle) {
        if let Some(finding) = self.place(handle).and_then(|at| self.findings.get_mut(at)) {
            finding.resolved = true;
        }
    }

    /// What was missing has come: the finding is put right now, and gone when the log ends.
    pub(super) fn withdraw(&mut self, handle: Handle) {
        self.resolve(handle);
        if let Some(entry) = self.place(handle).and_then(|at| self.entries.get_mut(at)) {
            entry.withdrawn = true;
        }
    }

    /// Takes all findings of a rule back: another one tells the cause.
    pub(super) fn withdraw_all(&mut self, slug: &str) {
        for (finding, entry) in self.findings.iter_mut().zip(&mut self.entries) {
            if finding.rule == slug {
                finding.resolved = true;
                entry.withdrawn = true;
            }
        }
    }

    /// Puts all findings of a rule right.
    pub(super) fn resolve_all(&mut self, slug: &str) {
        for finding in &mut self.findings {
            if finding.rule == slug && !finding.resolved {
                finding.resolved = true;
            }
        }
    }

    /// A finding of this rule stands.
    #[must_use]
    pub(super) fn is_open(&self, slug: &str) -> bool {
        self.findings.iter().any(|finding| finding.rule == slug && !finding.resolved)
    }

    /// Some finding stands.
    #[must_use]
    pub(super) fn any_standing(&self) -> bool {
        self.findings.iter().any(|finding| !finding.resolved)
    }

    /// A finding of one of these rules stands.
    #[must_use]
    pub(super) fn any_open(&self, slugs: &[&str]) -> bool {
        self.findings.iter().any(|finding| !finding.resolved && slugs.contains(&finding.rule))
    }

    /// Why a command went wrong is said: rules of less weight keep quiet.
    pub(super) fn blame(&mut self, exchange: u64, slug: &'static str) {
        if self.blamed.len() >= BLAMED {
            self.blamed.pop_front();
        }
        self.blamed.push_back((exchange, slug));
    }

    /// Whether it is said why a command went wrong.
    #[must_use]
    pub(super) fn is_blamed(&self, exchange: u64) -> bool {
        self.blamed.iter().any(|&(blamed, _)| blamed == exchange)
    }

    /// Whether one of these rules has said why a command went wrong.
    #[must_use]
    pub(super) fn is_blamed_by(&self, exchange: u64, slugs: &[&str]) -> bool {
        self.blamed.iter().any(|(blamed, by)| *blamed == exchange && slugs.contains(by))
    }

    /// Takes a blame back.
    pub(super) fn unblame(&mut self, exchange: u64, slug: &str) {
        self.blamed.retain(|&(blamed, by)| blamed != exchange || by != slug);
    }

    /// At the end of a log: what was taken back was never there.
    pub(super) fn forget_withdrawn(&mut self) {
        let mut kept = self.entries.iter().map(|entry| !entry.withdrawn);
        self.findings.retain(|_| kept.next().unwrap_or(true));
        self.entries.retain(|entry| !entry.withdrawn);
    }

    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(super) const fn more(&self) -> u64 {
        self.more
    }
}

/// Adds evidence, as far as it is worth listing.
fn extend(finding: &mut Finding, spans: impl IntoIterator<Item = Option<Span>>) {
    /// More places of the same are only counted.
    const PLACES: usize = 12;
    for span in spans.into_iter().flatten() {
        if finding.evidence.len() < PLACES {
            finding.evidence.push(evidence(&span));
        }
    }
}

fn evidence(span: &Span) -> Evidence {
    Evidence { direction: span.direction, range: span.start..span.end, at: span.at }
}

/// A time span for people: `0.5 s`, `12 s`, `3 min`.
pub(super) fn time_text(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.0995 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

/// The time between two spans, where both are known.
pub(super) fn gap(from: Span, to: Span) -> Option<Duration> {
    to.at.zip(from.at).map(|(to, from)| to.saturating_sub(from))
}
