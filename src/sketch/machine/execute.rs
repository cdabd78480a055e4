//! Statements.

use std::rc::Rc;

use super::value::{Place, Value};
use super::watch::Watch;
use super::{DEEPEST, Ending, Halt, Machine, costs};
use crate::sketch::syntax::{Declaration, Expr, ForParts, Stmt, StmtKind, Symbol, Type};

/// What comes after a statement.
#[derive(Debug)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
    Goto(Symbol),
}

/// A loop that hangs on a question is left after this many rounds: the answer is taken to have come.
const ROUNDS_ON_A_QUESTION: usize = 40;

impl Machine<'_> {
    pub(super) fn execute(&mut self, statement: &Stmt) -> Result<Flow, Halt> {
        self.at_line(statement.line);
        self.spend(1)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.halt(Ending::Depth));
        }
        let flow = self.execute_kind(statement);
        self.depth -= 1;
        flow
    }

    pub(super) fn at_line(&mut self, line: u32) {
        if self.line != line || self.report.run.is_empty() {
            self.line = line;
            self.board.line = line;
            if self.report.run.insert(line) {
                self.board.goes_on();
            }
        }
    }

    /// Statements one after the other; a jump to a label among them goes on there.
    pub(super) fn execute_all(&mut self, statements: &[Stmt]) -> Result<Flow, Halt> {
        let mut next = 0;
        while let Some(statement) = statements.get(next) {
            next += 1;
            match self.execute(statement)? {
                Flow::Next => {}
                Flow::Goto(label) => {
                    let is_it = |other: &Stmt| matches!(&other.kind, StmtKind::Labeled(name, _) if *name == label);
                    match statements.iter().position(is_it) {
                        Some(place) => next = place,
                        None => return Ok(Flow::Goto(label)),
                    }
                }
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    /// Names declared meanwhile end here.
    fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Halt>) -> Result<T, Halt> {
        let names = self.frames.last().map_or(0, |frame| frame.names.len());
        let result = run(self);
        if let Some(frame) = self.frames.last_mut() {
            frame.names.truncate(names);
        }
        result
    }

    fn execute_kind(&mut self, statement: &Stmt) -> Result<Flow, Halt> {
        match &statement.kind {
            StmtKind::Empty | StmtKind::Case(_) => {}
            StmtKind::Expr(expr) => {
                self.value(expr)?;
            }
            StmtKind::Declare(list) => {
                for declaration in list {
                    self.declare(declaration)?;
                }
            }
            StmtKind::Block(list) => return self.scoped(|machine| machine.execute_all(list)),
            StmtKind::If(parts) => {
                let (condition, yes, no) = &**parts;
                if self.condition(condition)? {
                    return self.scoped(|machine| machine.execute(yes));
                }
                if let Some(no) = no {
                    return self.scoped(|machine| machine.execute(no));
                }
            }
            StmtKind::While(parts) => return self.repeat(Some(&parts.0), None, &parts.1, false),
            StmtKind::DoWhile(parts) => return self.repeat(Some(&parts.1), None, &parts.0, true),
            StmtKind::For(parts) => return self.scoped(|machine| machine.count(parts)),
            StmtKind::RangeFor(parts) => return self.scoped(|machine| machine.range_for(&parts.0, &parts.1, &parts.2)),
            StmtKind::Switch(parts) => return self.scoped(|machine| machine.switch(&parts.0, &parts.1)),
            StmtKind::Labeled(_, inner) => return self.execute(inner),
            StmtKind::Goto(label) => {
                // A jump back may be a wait: it costs what a round costs.
                self.effect();
                return Ok(Flow::Goto(*label));
            }
            StmtKind::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(expr) => self.returned_value(expr)?,
                    None => Value::Nothing,
                }));
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    /// What is given back; of a reference its place too.
    fn returned_value(&mut self, expr: &Expr) -> Result<Value, Halt> {
        if !self.frames.last().is_some_and(|frame| frame.refers) {
            return self.value(expr);
        }
        let place = self.place(expr)?;
        let value = match &place {
            Some(place) => self.load(place),
            None => self.value(expr)?,
        };
        self.returned = place;
        Ok(value)
    }

    pub(super) fn condition(&mut self, condition: &Expr) -> Result<bool, Halt> {
        let value = self.value(condition)?;
        self.decided(&value);
        Ok(value.truth())
    }

    fn count(&mut self, parts: &ForParts) -> Result<Flow, Halt> {
        if let Some(start) = &parts.start {
            self.execute(start)?;
        }
        self.repeat(parts.condition.as_ref(), parts.step.as_ref(), &parts.body, false)
    }

    fn repeat(
        &mut self,
        condition: Option<&Expr>,
        step: Option<&Expr>,
        body: &Stmt,
        body_first: bool,
    ) -> Result<Flow, Halt> {
        let line = self.line;
        let mut rounds = 0_usize;
        let mut on_question = 0_usize;
        loop {
            self.at_line(line);
            let outer = std::mem::take(&mut self.watch);
            let effects = self.effects;
            let round = self.round_of(condition, step, body, body_first && rounds == 0, &mut on_question);
            let inner = self.watch.clone();
            self.watch = outer;
            self.watch.join(&inner);
            match round? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                other => return Ok(other),
            }
            rounds += 1;
            if on_question > ROUNDS_ON_A_QUESTION {
                return Ok(Flow::Next);
            }
            let is_endless = condition.is_none_or(|condition| matches!(condition, Expr::Int(..)));
            if is_endless && self.effects == effects && inner.looks == 0 && !inner.looks_at_the_time() {
                return Err(Halt { why: Ending::Stops, line });
            }
            if self.effects == effects && inner.only_pauses() && on_question == 0 {
                return Err(Halt { why: Ending::WaitsForever, line });
            }
            if self.effects == effects && !inner.delayed {
                self.idle(&inner, line, &mut on_question)?;
            }
        }
    }

    /// A round that changed nothing: on to when something can, or out.
    fn idle(&mut self, inner: &Watch, line: u32, on_question: &mut usize) -> Result<(), Halt> {
        if self.skip(inner) {
            return Ok(());
        }
        if *on_question > 0 {
            *on_question = ROUNDS_ON_A_QUESTION + 1;
            return Ok(());
        }
        Err(Halt { why: Ending::WaitsForever, line })
    }

    fn round_of(
        &mut self,
        condition: Option<&Expr>,
        step: Option<&Expr>,
        body: &Stmt,
        skip_condition: bool,
        on_question: &mut usize,
    ) -> Result<Flow, Halt> {
        self.spend(costs::ROUND)?;
        if let Some(condition) = condition.filter(|_| !skip_condition) {
            let value = self.value(condition)?;
            self.decided(&value);
            if !value.truth() {
                return Ok(Flow::Break);
            }
            *on_question = if value.from().question().is_some() { *on_question + 1 } else { 0 };
        }
        match self.scoped(|machine| machine.execute(body))? {
            Flow::Next | Flow::Continue => {}
            other => return Ok(other),
        }
        if let Some(step) = step {
            self.value(step)?;
        }
        Ok(Flow::Next)
    }

    fn range_for(&mut self, declaration: &Declaration, over: &Expr, body: &Stmt) -> Result<Flow, Halt> {
        let place = match self.place(over)? {
            Some(place) => place,
            None => Place::new(self.value(over)?),
        };
        let length = place.with(|value| match value {
            Value::Array(items) => items.len(),
            Value::Chars(text, _) | Value::String(text) => text.len(),
            _ => 0,
        });
        let by_reference = matches!(declaration.ty, Type::Reference(_));
        for index in 0..length.unwrap_or(0) {
            let element = place.element(i64::try_from(index).unwrap_or(i64::MAX));
            let value = element.load().unwrap_or(Value::Nothing);
            let kept = if by_reference { element } else { Place::new(self.converted(&declaration.ty, value)?) };
            let flow = self.scoped(|machine| {
                machine.bind(declaration.name, kept);
                machine.execute(body)
            })?;
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn switch(&mut self, on: &Expr, list: &[Stmt]) -> Result<Flow, Halt> {
        let value = self.value(on)?;
        self.decided(&value);
        let mut start = None;
        for (index, statement) in list.iter().enumerate() {
            match &statement.kind {
                StmtKind::Case(Some(case)) if self.value(case)?.number() == value.number() => {
                    start = Some(index);
                    break;
                }
                StmtKind::Case(None) if start.is_none() => start = Some(index),
                _ => {}
            }
        }
        // A case behind `default` counts before it.
        let Some(start) = start else { return Ok(Flow::Next) };
        match self.execute_all(list.get(start..).unwrap_or_default())? {
            Flow::Break => Ok(Flow::Next),
            other => Ok(other),
        }
    }

    /// A name in the innermost scope.
    pub(super) fn bind(&mut self, name: Symbol, place: Place) {
        if self.frames.len() == 1 {
            self.globals.insert(name, place);
        } else if let Some(frame) = self.frames.last_mut() {
            frame.names.push((name, place));
        }
    }

    /// Calls that a lambda or function pointer stands for.
    pub(super) fn function_of(value: &Value) -> Option<Rc<crate::sketch::syntax::Function>> {
        match value {
            Value::Function(function) => Some(function.clone()),
            _ => None,
        }
    }
}
