//! Runs a sketch as far as it does not depend on what the modem answers: `setup`, then `loop` once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::calls;
use super::survey::{calls_delay, collect_sends, is_true, mentions};
use super::syntax::{Declaration, Expr, Function, Program, Stmt, StmtKind, Type};
use super::value::Value;

/// What the board would do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Bytes to a serial object.
    Send { object: String, bytes: Vec<u8>, line: usize },
    /// A pause.
    Delay { length: Duration, line: usize },
}

/// A serial object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Serial {
    /// `SoftwareSerial` and its like, rather than one of the chip's own ports.
    pub software: bool,
    /// RX and TX pin as the constructor names them.
    pub pins: Option<(u8, u8)>,
    pub baud: Option<u32>,
}

/// A line that was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LeftOut {
    pub line: usize,
    pub reason: String,
    /// Objects that something would have been sent to.
    pub objects: BTreeSet<String>,
    /// It may change what follows: a pause, or the end of a function.
    pub changes_flow: bool,
}

/// How a statement ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
    /// An endless loop, or a limit.
    Stop,
}

/// Rounds of one loop.
const MAX_ROUNDS: usize = 1000;
/// Statements in all.
const MAX_STATEMENTS: usize = 200_000;
/// Events in all.
const MAX_EVENTS: usize = 10_000;
/// Bytes sent in all.
const MAX_BYTES: usize = 1024 * 1024;
/// Calls within calls.
const MAX_CALLS: usize = 16;
/// Statements and expressions within each other, calls included; a thread's stack of 2 MiB holds more than twice that.
pub(super) const MAX_NESTING: usize = 400;

/// A variable of the sketch.
#[derive(Debug)]
pub(super) struct Variable {
    pub ty: Type,
    pub value: Value,
}

/// The running sketch.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    program: &'a Program,
    /// Names by block, the innermost last; the first holds the globals.
    scopes: Vec<BTreeMap<String, Variable>>,
    /// Where the scopes of the present function begin.
    frame: usize,
    calls: usize,
    pub nesting: usize,
    statements: usize,
    bytes: usize,
    pub line: usize,
    pub events: Vec<Event>,
    pub serials: BTreeMap<String, Serial>,
    /// Objects of libraries that were given a serial object.
    pub wrappers: BTreeSet<String>,
    pub left_out: BTreeSet<LeftOut>,
}

impl<'a> Machine<'a> {
    pub fn new(program: &'a Program) -> Self {
        Self {
            program,
            scopes: vec![BTreeMap::new()],
            frame: 1,
            calls: 0,
            nesting: 0,
            statements: 0,
            bytes: 0,
            line: 1,
            events: Vec::new(),
            serials: BTreeMap::new(),
            wrappers: BTreeSet::new(),
            left_out: BTreeSet::new(),
        }
    }

    /// Runs it all.
    pub fn run(&mut self) {
        let program = self.program;
        for statement in &program.globals {
            if self.run_statement(statement) == Flow::Stop {
                return;
            }
        }
        for name in ["setup", "loop"] {
            let Some(function) = program.functions.iter().find(|function| function.name == name) else { continue };
            self.scopes.push(BTreeMap::new());
            let flow = self.run_all(&function.body);
            self.scopes.truncate(1);
            if flow == Flow::Stop {
                return;
            }
        }
    }

    pub fn leave_out(&mut self, reason: impl Into<String>, statements: &[&Stmt], objects: BTreeSet<String>) {
        let mut objects = objects;
        let mut waits = false;
        for statement in statements {
            objects.extend(self.objects_sent_to(statement));
            waits |= calls_delay(statement);
        }
        let reason = reason.into();
        let changes_flow = waits || reason.contains("millis") || statements.iter().any(|statement| statement.leaves());
        self.left_out.insert(LeftOut { line: self.line, reason, objects, changes_flow });
    }

    /// Sends, or says why not.
    pub fn send(&mut self, object: &str, bytes: Result<Vec<u8>, String>) {
        let bytes = match bytes {
            Ok(bytes) if self.events.len() < MAX_EVENTS && self.bytes + bytes.len() <= MAX_BYTES => bytes,
            Ok(_) => {
                self.statements = MAX_STATEMENTS;
                return self.leave_out("the sketch sends too much from here on", &[], [object.to_owned()].into());
            }
            Err(why) => return self.leave_out(why, &[], [object.to_owned()].into()),
        };
        self.bytes += bytes.len();
        if !bytes.is_empty() {
            self.events.push(Event::Send { object: object.to_owned(), bytes, line: self.line });
        }
    }

    pub fn delay(&mut self, length: Duration) {
        if self.events.len() < MAX_EVENTS && !length.is_zero() {
            self.events.push(Event::Delay { length, line: self.line });
        }
    }

    pub fn function(&self, name: &str) -> Option<&'a Function> {
        self.program.functions.iter().find(|function| function.name == name)
    }

    fn run_all(&mut self, statements: &[Stmt]) -> Flow {
        for statement in statements {
            match self.run_statement(statement) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn run_statement(&mut self, statement: &Stmt) -> Flow {
        self.line = statement.line;
        self.statements += 1;
        if self.statements > MAX_STATEMENTS {
            if self.statements == MAX_STATEMENTS + 1 {
                self.leave_out("the sketch is too long to follow from here on", &[statement], BTreeSet::new());
            }
            return Flow::Stop;
        }
        if self.nesting >= MAX_NESTING {
            self.leave_out("it is nested too deeply", &[statement], BTreeSet::new());
            return Flow::Next;
        }
        self.nesting += 1;
        let flow = self.run_statement_inside(statement);
        self.nesting -= 1;
        flow
    }

    fn run_statement_inside(&mut self, statement: &Stmt) -> Flow {
        match &statement.kind {
            StmtKind::Empty => Flow::Next,
            StmtKind::Expr(expr) => {
                self.value_of(expr);
                Flow::Next
            }
            StmtKind::Declare(declarations) => {
                for declaration in declarations {
                    self.declare(declaration);
                }
                Flow::Next
            }
            StmtKind::Block(statements) => {
                self.scopes.push(BTreeMap::new());
                let flow = self.run_all(statements);
                self.scopes.pop();
                flow
            }
            StmtKind::If(condition, yes, no) => self.run_if(condition, yes, no.as_deref()),
            StmtKind::While(condition, body) => self.run_loop(Some(condition), None, body, false),
            StmtKind::DoWhile(body, condition) => self.run_loop(Some(condition), None, body, true),
            StmtKind::For(start, condition, step, body) => {
                self.scopes.push(BTreeMap::new());
                self.run_statement(start);
                let flow = self.run_loop(condition.as_ref(), step.as_ref(), body, false);
                self.scopes.pop();
                flow
            }
            StmtKind::Return(value) => {
                Flow::Return(value.as_ref().map_or(Value::unknown("return"), |value| self.value_of(value)))
            }
            StmtKind::Break => Flow::Break,
            StmtKind::Continue => Flow::Continue,
            StmtKind::Unread(why, inside) => {
                let inside: Vec<&Stmt> = inside.iter().collect();
                self.leave_out(why.clone(), &inside, BTreeSet::new());
                for statement in inside {
                    self.forget(statement);
                }
                Flow::Next
            }
        }
    }

    fn run_if(&mut self, condition: &Expr, yes: &Stmt, no: Option<&Stmt>) -> Flow {
        let line = self.line;
        match self.condition(condition) {
            Ok(true) => self.run_statement(yes),
            Ok(false) => no.map_or(Flow::Next, |no| self.run_statement(no)),
            Err(why) => {
                self.line = line;
                let skipped: Vec<&Stmt> = [yes].into_iter().chain(no).collect();
                self.leave_out(why, &skipped, BTreeSet::new());
                for statement in skipped {
                    self.forget(statement);
                }
                Flow::Next
            }
        }
    }

    fn run_loop(&mut self, condition: Option<&Expr>, step: Option<&Expr>, body: &Stmt, body_first: bool) -> Flow {
        let line = self.line;
        if let Some(length) = condition.and_then(|condition| self.pause_by_millis(condition)) {
            self.delay(length);
            if !body.is_empty() {
                self.leave_out(format!("taken as a pause of {length:?}"), &[body], BTreeSet::new());
                self.forget(body);
            }
            return Flow::Next;
        }
        for round in 0..MAX_ROUNDS {
            if round > 0 || !body_first {
                let holds = condition.map_or(Ok(true), |condition| self.condition(condition));
                match holds {
                    Ok(true) => {}
                    Ok(false) => return Flow::Next,
                    Err(why) => {
                        self.line = line;
                        self.leave_out(why, &[body], BTreeSet::new());
                        self.forget(body);
                        return Flow::Next;
                    }
                }
            }
            let endless = step.is_none() && condition.is_none_or(is_true);
            match self.run_statement(body) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                other => return other,
            }
            if endless {
                self.line = line;
                if body.leaves() {
                    self.leave_out("ends by what is received; taken once", &[body], BTreeSet::new());
                    return Flow::Next;
                }
                if !body.is_empty() {
                    self.leave_out("repeats for ever; taken once", &[body], BTreeSet::new());
                }
                return Flow::Stop;
            }
            if let Some(step) = step {
                self.value_of(step);
            }
        }
        self.line = line;
        self.leave_out(format!("more than {MAX_ROUNDS} rounds; the rest is left out"), &[body], BTreeSet::new());
        Flow::Next
    }

    /// `millis() - start < 5000` as the pause it is.
    fn pause_by_millis(&mut self, condition: &Expr) -> Option<Duration> {
        let Expr::Binary("<" | "<=", passed, length) = condition else { return None };
        let Expr::Binary("-", now, start) = &**passed else { return None };
        if !mentions(now, &["millis"]) || !matches!(**start, Expr::Name(_)) {
            return None;
        }
        let length = self.value_of(length).number()?;
        u64::try_from(length).ok().map(Duration::from_millis)
    }

    pub(super) fn condition(&mut self, condition: &Expr) -> Result<bool, String> {
        if mentions(condition, &["millis", "micros"]) {
            return Err("waits by millis(), which is not followed".to_owned());
        }
        let value = self.value_of(condition);
        value.truth().ok_or_else(|| {
            if mentions(condition, &["available", "read", "find", "readString", "readStringUntil", "peek"]) {
                "depends on what is received".to_owned()
            } else if let Value::Unknown(why) = value {
                format!("depends on something else: {why}")
            } else {
                "depends on something that is not known here".to_owned()
            }
        })
    }

    fn declare(&mut self, declaration: &Declaration) {
        let Declaration { ty, name, arguments, init } = declaration;
        let mut given: Vec<Value> = arguments.iter().map(|argument| self.value_of(argument)).collect();
        if let Type::Class(class) = ty {
            // `SoftwareSerial sim = SoftwareSerial(8, 7)` and `SoftwareSerial sim{8, 7}`.
            match init {
                Some(Expr::Call(callee, arguments)) if **callee == Expr::Name(class.clone()) => {
                    given = arguments.iter().map(|argument| self.value_of(argument)).collect();
                }
                Some(Expr::List(items)) => given = items.iter().map(|item| self.value_of(item)).collect(),
                _ => {}
            }
            if class.ends_with("Serial") && !matches!(init, Some(Expr::Name(_) | Expr::Unary(..))) {
                let pin =
                    |index: usize| given.get(index).and_then(Value::number).and_then(|pin| u8::try_from(pin).ok());
                let software = class != "HardwareSerial";
                let pins = pin(0).zip(pin(1)).filter(|_| software);
                self.serials.insert(name.clone(), Serial { software, pins, baud: None });
                return self.set_new(name, ty, Value::Serial(name.clone()));
            }
            if given.iter().any(|value| matches!(value, Value::Serial(_))) {
                self.wrappers.insert(name.clone());
            }
        }
        let value = match (init, given.into_iter().next()) {
            (Some(init), _) => self.value_of(init),
            (None, Some(first)) if matches!(ty, Type::String | Type::Int(_) | Type::Char | Type::Float) => first,
            (None, _) if *ty == Type::String => Value::String(Vec::new()),
            (None, _) if matches!(ty, Type::Int(_)) && self.scopes.len() == 1 => Value::Int(0),
            (None, _) => Value::unknown(name),
        };
        self.set_new(name, ty, value);
    }

    fn set_new(&mut self, name: &str, ty: &Type, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), Variable { ty: ty.clone(), value: value.coerced(ty) });
        }
    }

    pub(super) fn variable(&mut self, name: &str) -> Option<&mut Variable> {
        let frame = self.frame.min(self.scopes.len());
        let (globals, locals) = self.scopes.split_at_mut(frame);
        match locals.iter_mut().rev().find_map(|scope| scope.get_mut(name)) {
            Some(local) => Some(local),
            None => globals.first_mut()?.get_mut(name),
        }
    }

    /// What a passed-over statement may have changed is not known any more.
    fn forget(&mut self, statement: &Stmt) {
        let mut names = BTreeSet::new();
        statement.walk(&mut |expr| {
            let target = match expr {
                Expr::Assign(_, target, _)
                | Expr::Step(_, target)
                | Expr::Unary("++" | "--" | "&", target)
                | Expr::Member(target, _) => target,
                Expr::Call(callee, arguments) => {
                    // Whatever a function gets it may fill: `sprintf(buffer, …)`, `memset(buffer, …)`.
                    if let (Expr::Name(_), Some(first)) = (&**callee, arguments.first()) { first } else { return }
                }
                _ => return,
            };
            let mut target = target;
            while let Expr::Index(inner, _) | Expr::Unary(_, inner) = target {
                target = inner;
            }
            if let Expr::Name(name) = target {
                names.insert(name.clone());
            }
        });
        for name in names {
            if let Some(variable) = self.variable(&name)
                && !matches!(variable.value, Value::Serial(_))
            {
                variable.value = Value::unknown(&name);
            }
        }
    }

    /// The serial objects that a statement would send to, helper functions followed.
    fn objects_sent_to(&mut self, statement: &Stmt) -> BTreeSet<String> {
        let mut sent: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        collect_sends(self.program, statement, &mut sent, &mut seen);
        let mut objects = BTreeSet::new();
        for name in sent {
            match self.variable(&name).map(|variable| variable.value.clone()) {
                Some(Value::Serial(object)) => objects.insert(object),
                None if calls::is_hardware_serial(&name) => objects.insert(name),
                _ => false,
            };
        }
        objects
    }

    /// Calls a function of the sketch.
    pub fn call_function(&mut self, function: &'a Function, arguments: &[Value]) -> Value {
        if self.calls >= MAX_CALLS {
            let body: Vec<&Stmt> = function.body.iter().collect();
            self.leave_out(format!("`{}` calls itself too often", function.name), &body, BTreeSet::new());
            return Value::unknown(&function.name);
        }
        let line = self.line;
        let frame = std::mem::replace(&mut self.frame, self.scopes.len());
        self.scopes.push(BTreeMap::new());
        for (index, parameter) in function.parameters.iter().enumerate() {
            let value = match (arguments.get(index), &parameter.init) {
                (Some(value), _) => value.clone(),
                (None, Some(init)) => self.value_of(init),
                (None, None) => Value::unknown(&parameter.name),
            };
            self.set_new(&parameter.name, &parameter.ty, value);
        }
        self.calls += 1;
        let flow = self.run_all(&function.body);
        self.calls -= 1;
        self.scopes.truncate(self.frame);
        self.frame = frame;
        self.line = line;
        match flow {
            Flow::Return(value) => value,
            _ => Value::unknown(&function.name),
        }
    }
}
