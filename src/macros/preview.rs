//! What a macro would send, without a port: the dry run, and the byte preview of the editor.

use super::model::{Macro, Values};
use super::prepared::{Prepared, Scope};
use super::problem::{FillError, MacroError};
use super::template::Filled;

/// One step of a dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepPreview {
    /// Index of the step.
    pub(crate) step: usize,
    /// Its bytes, `None` where it sends nothing; an error says what has no value yet (a value kept by an earlier step).
    pub(crate) send: Option<Result<Filled, FillError>>,
}

/// The bytes of all steps that would run, in order, each once.
///
/// # Errors
/// A sentence naming the parameter or step that cannot be filled in.
pub(crate) fn preview(what: &Macro, values: &Values) -> Result<Vec<StepPreview>, MacroError> {
    let prepared = Prepared::new(what)?;
    let mut scope = Scope::new(what, values, std::time::Duration::ZERO);
    prepared.check(&scope)?;
    let steps = prepared.steps.iter().map(|step| {
        if step.counts {
            scope.count();
        }
        StepPreview { step: step.index, send: step.send.as_ref().map(|template| template.fill(&scope)) }
    });
    Ok(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::macros::model::Step;

    #[test]
    fn all_bytes_are_shown_and_kept_values_named() {
        let step = |send: &str| Step { send: Some(send.into()), ..Step::default() };
        let mut keeps = step(r"AT+CIFSR\r");
        keeps.keep.insert("ip".into(), "x".into());
        let skipped = Step { disabled: true, ..step("${nobody}") };
        let steps = vec![step(r"${text}${counter}\x1A"), skipped, keeps, Step::default(), step("${ip}")];
        let what = Macro { steps, ..Macro::default() };
        let values = Values::from([("text".to_owned(), "hi".to_owned())]);
        let shown = preview(&what, &values).unwrap();
        let shown = shown.into_iter().map(|step| (step.step, step.send.map(|send| send.map(|filled| filled.bytes))));
        let expect = [
            (0, Some(Ok(b"hi1\x1A".to_vec()))),
            (2, Some(Ok(b"AT+CIFSR\r".to_vec()))),
            (3, None),
            (4, Some(Err(FillError::NoValue("ip".to_owned())))),
        ];
        assert_eq!(shown.collect::<Vec<_>>(), expect);
        assert!(preview(&what, &Values::new()).is_err());
    }
}
