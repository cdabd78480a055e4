//! A macro made ready to run: its texts read, its regexes compiled, its values at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regex::bytes::{Regex, RegexBuilder};

use super::matcher::Pattern;
use super::model::{LineChange, Macro, OnFail, Step, Values};
use super::problem::{MacroError, Missing, StepError, TimeError};
use super::template::{Source, Template};
use crate::modem::secrets::masked;

/// The largest compiled `keep` regex; a hostile book must not take all memory.
const LARGEST_REGEX: usize = 1 << 20;

/// The steps that will run, in order.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Disabled steps are left out.
    pub(crate) steps: Vec<PreparedStep>,
}

/// A step that will run.
#[derive(Debug)]
pub(crate) struct PreparedStep {
    /// Its index in the macro.
    pub(crate) index: usize,
    pub(crate) set: Option<LineChange>,
    pub(crate) break_for: Option<Duration>,
    pub(crate) send: Option<Template>,
    pub(crate) expect: Vec<Template>,
    pub(crate) fail: Vec<Template>,
    pub(crate) within: Duration,
    pub(crate) wait: Option<Duration>,
    pub(crate) rounds: u32,
    pub(crate) retry: u32,
    pub(crate) on_fail: OnFail,
    pub(crate) keep: Vec<(String, Regex)>,
    /// The expectations as written, but for what is secret in them.
    pub(crate) awaited: Vec<String>,
    /// It uses `${counter}`.
    pub(crate) counts: bool,
}

impl Prepared {
    /// Reads the texts of a macro.
    ///
    /// # Errors
    /// A sentence naming the step and what is wrong in it.
    pub(crate) fn new(what: &Macro) -> Result<Self, MacroError> {
        let enabled = what.steps.iter().enumerate().filter(|(_, step)| !step.disabled);
        let steps = enabled.map(|(index, step)| {
            let wrong = |error| MacroError::Step { name: what.title(), step: index + 1, error };
            PreparedStep::new(index, step).map_err(wrong)
        });
        Ok(Self { steps: steps.collect::<Result<_, _>>()? })
    }

    /// Looks for names without a value and values that cannot be read, before anything is sent.
    ///
    /// # Errors
    /// A sentence naming the parameter and the step.
    pub(crate) fn check(&self, scope: &Scope) -> Result<(), MacroError> {
        let mut later: BTreeSet<&str> = BTreeSet::new();
        for step in &self.steps {
            for template in step.send.iter().chain(&step.expect).chain(&step.fail) {
                if template.names().any(|name| later.contains(name) && scope.value(name).is_none()) {
                    continue;
                }
                template.fill(scope).map_err(|error| {
                    let missing = match template.names().find(|name| scope.value(name).is_none()) {
                        Some(name) if scope.secret.contains(name) => Missing::Secret,
                        Some(_) => Missing::Unknown,
                        None => Missing::Not,
                    };
                    MacroError::Value { step: step.index + 1, error, missing }
                })?;
            }
            later.extend(step.keep.iter().map(|(name, _)| name.as_str()));
        }
        Ok(())
    }
}

impl PreparedStep {
    fn new(index: usize, step: &Step) -> Result<Self, StepError> {
        let read = |text: &String| Template::parse(text).map_err(|error| StepError::Text { text: text.clone(), error });
        let send = step.send.as_ref().map(read).transpose()?;
        let expect: Vec<Template> = step.expect.iter().map(read).collect::<Result<_, _>>()?;
        let fail: Vec<Template> = step.fail.iter().map(read).collect::<Result<_, _>>()?;
        let keep = step.keep.iter().map(|(name, pattern)| Ok((name.clone(), compile(pattern)?)));
        let counts = send.iter().chain(&expect).chain(&fail).any(Template::counts);
        Ok(Self {
            index,
            set: step.set,
            break_for: step.break_for,
            send,
            expect,
            fail,
            within: step.within.unwrap_or(Step::DEFAULT_WITHIN),
            wait: step.wait,
            rounds: step.repeat.unwrap_or(1),
            retry: step.retry.unwrap_or(0),
            on_fail: step.on_fail,
            keep: keep.collect::<Result<_, StepError>>()?,
            awaited: step.expect.iter().map(|expected| masked(expected)).collect(),
            counts,
        })
    }

    /// What to look for, with the values of now.
    ///
    /// # Errors
    /// A clause: a value is missing, or a pattern is empty (it would match at once).
    pub(crate) fn patterns(&self, scope: &Scope) -> Result<Vec<Pattern>, StepError> {
        let expect = self.expect.iter().map(|template| (template, false));
        let fail = self.fail.iter().map(|template| (template, true));
        expect
            .chain(fail)
            .map(|(template, fail)| match template.fill(scope)?.bytes {
                bytes if bytes.is_empty() => Err(StepError::EmptyExpectation),
                bytes => Ok(Pattern { bytes, fail }),
            })
            .collect()
    }

    /// The values that `keep` takes from an answer.
    ///
    /// # Errors
    /// A clause naming the value that is not in the answer.
    pub(crate) fn kept_from(&self, answer: &[u8]) -> Result<Values, StepError> {
        self.keep
            .iter()
            .map(|(name, regex)| {
                let found = regex.captures(answer).and_then(|found| found.get(1).or_else(|| found.get(0)));
                let Some(found) = found else {
                    return Err(StepError::NothingToKeep { name: name.clone(), regex: regex.to_string() });
                };
                match std::str::from_utf8(found.as_bytes()) {
                    Ok(text) => Ok((name.clone(), text.to_owned())),
                    Err(_) => Err(StepError::NotText(name.clone())),
                }
            })
            .collect()
    }
}

/// Compiles a `keep` regex: on bytes, `^` and `$` at lines, bounded.
///
/// # Errors
/// A clause that names the regex.
pub(crate) fn compile(pattern: &str) -> Result<Regex, StepError> {
    let wrong = |error: regex::Error| StepError::Regex {
        pattern: pattern.to_owned(),
        why: last_line(&error.to_string()).to_owned(),
    };
    RegexBuilder::new(pattern).multi_line(true).size_limit(LARGEST_REGEX).build().map_err(wrong)
}

/// The regex crate draws an arrow over several lines; the reason stands in the last.
fn last_line(text: &str) -> &str {
    let last = text.lines().last().unwrap_or(text);
    last.strip_prefix("error: ").unwrap_or(last)
}

/// The values of a run.
#[derive(Debug)]
pub(crate) struct Scope {
    /// Time of the session.
    pub(crate) now: Duration,
    /// The moment that the value `time` names.
    pub(crate) clock_set: Duration,
    given: Values,
    defaults: BTreeMap<String, String>,
    secret: BTreeSet<String>,
    kept: Values,
    counter: u64,
}

impl Scope {
    /// The values that a run begins with.
    #[must_use]
    pub(crate) fn new(what: &Macro, values: &Values, now: Duration) -> Self {
        let secret = what.ask.iter().filter(|(_, ask)| ask.secret).map(|(name, _)| name.clone()).collect();
        let open = what.ask.iter().filter(|(_, ask)| !ask.secret);
        let defaults = open.map(|(name, ask)| (name.clone(), ask.default.clone())).collect();
        let counter = values.get("counter").and_then(|counter| counter.parse().ok()).unwrap_or(0);
        Self { now, clock_set: now, given: values.clone(), defaults, secret, kept: Values::new(), counter }
    }

    /// Adds values kept from an answer.
    pub(crate) fn keep(&mut self, kept: Values) {
        self.kept.extend(kept);
    }

    /// All values kept so far.
    #[must_use]
    pub(crate) fn kept(&self) -> &Values {
        &self.kept
    }

    /// The counter goes on by one.
    pub(crate) fn count(&mut self) {
        self.counter += 1;
        self.kept.insert("counter".into(), self.counter.to_string());
    }

    fn local_time(&self) -> Result<jiff::Zoned, TimeError> {
        let unknown = || TimeError::Unknown;
        let began = self.given.get("time").ok_or_else(unknown)?;
        let pieces = jiff::fmt::temporal::Pieces::parse(began).map_err(|_| unknown())?;
        let offset = pieces.to_numeric_offset().unwrap_or(jiff::tz::Offset::UTC);
        let began: jiff::Timestamp = began.parse().map_err(|_| unknown())?;
        let now = began.checked_add(self.now.saturating_sub(self.clock_set)).map_err(|_| unknown())?;
        Ok(now.to_zoned(jiff::tz::TimeZone::fixed(offset)))
    }
}

impl Source for Scope {
    fn value(&self, name: &str) -> Option<(&str, bool)> {
        let value = self.kept.get(name).or_else(|| self.given.get(name)).or_else(|| self.defaults.get(name))?;
        Some((value, self.secret.contains(name)))
    }

    fn time(&self, format: &str) -> Result<String, TimeError> {
        let now = self.local_time()?;
        match format {
            "unix" => Ok(now.timestamp().as_second().to_string()),
            // As AT+CCLK wants it: the zone in quarters of an hour (SIM800 Series AT Command Manual V1.10, section 3.2.45).
            "cclk" => Ok(format!("{}{:+03}", now.strftime("%y/%m/%d,%H:%M:%S"), now.offset().seconds() / 900)),
            _ => jiff::fmt::strtime::format(format, &now).map_err(|error| TimeError::Format(error.to_string())),
        }
    }

    fn counter(&self) -> u64 {
        self.counter.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_that_of_the_moment_in_the_zone_of_the_start() {
        let values = Values::from([("time".to_owned(), "2026-11-22T23:59:58+05:30".to_owned())]);
        let mut scope = Scope::new(&Macro::default(), &values, Duration::from_secs(100));
        scope.now = Duration::from_secs(105);
        let check = |format: &str, expect: &str| assert_eq!(scope.time(format).unwrap(), expect);
        check("%Y-%m-%d %H:%M:%S", "2026-11-23 00:00:03");
        check("cclk", "26/11/23,00:00:03+22");
        check("unix", "1795372203");
        assert!(scope.time("%").is_err());
        assert_eq!(
            Scope::new(&Macro::default(), &Values::new(), Duration::ZERO).time("unix").unwrap_err(),
            TimeError::Unknown
        );
    }

    #[test]
    fn a_hostile_regex_is_refused() {
        assert!(compile("(a{1000}){1000}").unwrap_err().to_string().contains("is no regex"));
        assert!(compile("(").unwrap_err().to_string().contains("`(` is no regex: unclosed group"));
    }
}
