//! What a sketch would send, without running it: every place that sends, and what it hangs on.

use std::collections::{BTreeMap, BTreeSet};

use super::syntax::{Call, Expr, Function, Line, Program, Stmt, StmtKind, Symbol};

/// A place in a sketch that sends.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Names the call, for the run to say that it was made; `None` of a text that is put into a variable.
    pub(super) call: Option<usize>,
    pub(super) line: Line,
    /// The object whose method it is: `gsm`.
    pub(super) object: Option<Symbol>,
    /// The text that is sent, where it stands there.
    pub(super) text: Option<Vec<u8>>,
    /// It prints the number 26, which is two characters.
    pub(super) prints_26: bool,
    /// Where it stands.
    pub(super) around: Around,
}

/// What a place in a sketch hangs on.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The function it stands in.
    pub(super) function: Option<Symbol>,
    /// The conditions around it, the innermost last.
    pub(super) conditions: Vec<Condition>,
}

/// A condition, and where what hangs on it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) line: Line,
    pub(super) inside: Line,
}

/// Where a function of the sketch is called.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) callee: Symbol,
    pub(super) around: Around,
}

/// A call of something that is not the sketch's own: a library's method, a function that is given something.
#[derive(Clone, Debug)]
pub(super) struct LibraryCall {
    pub(super) site: Site,
    pub(super) name: Symbol,
    /// The names that it is given.
    pub(super) given: Vec<Symbol>,
}

/// All that is seen of a sketch without running it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Places that send, in the order of their lines.
    pub(super) sites: Vec<Site>,
    pub(super) uses: Vec<Use>,
    pub(super) library_calls: Vec<LibraryCall>,
    /// Conditions by whose outcome more changes than what is shown: what is sent, when, and in which order.
    pub(super) weighty: BTreeSet<Line>,
}

impl Site {
    pub(super) fn is_command(&self) -> bool {
        self.text.as_ref().is_some_and(|text| is_command(text))
    }
}

/// `AT…` in either case, followed by what follows it in a command.
pub(super) fn is_command(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let Some((start, rest)) = text.split_at_checked(2) else { return false };
    start.eq_ignore_ascii_case(b"AT")
        && rest.first().is_none_or(|next| b"+#&%^*$\r\n".contains(next) || next.is_ascii_alphanumeric())
        && !rest.first().is_some_and(u8::is_ascii_lowercase)
}

/// Looks at the whole sketch.
pub(super) fn survey(program: &Program) -> Seen {
    let mut survey = Survey { program, seen: Seen::default(), around: Around::default(), weight: 0, depth: 0 };
    for name in &program.order {
        for function in program.functions.get(name).into_iter().flatten() {
            survey.function(function);
        }
    }
    for class in program.classes.values() {
        for method in &class.methods {
            survey.function(method);
        }
    }
    survey.statements(&program.fragment);
    survey.statements(&program.globals);
    let mut seen = survey.seen;
    seen.sites.sort_by_key(|site| site.line);
    seen
}

struct Survey<'a> {
    program: &'a Program,
    seen: Seen,
    around: Around,
    /// How much was met so far that changes what is sent, or when.
    weight: usize,
    depth: usize,
}

impl Survey<'_> {
    fn function(&mut self, function: &Function) {
        let outer =
            std::mem::replace(&mut self.around, Around { function: Some(function.name), conditions: Vec::new() });
        self.statements(&function.body);
        self.around = outer;
    }

    fn statements(&mut self, list: &[Stmt]) {
        for statement in list {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Empty => {}
            StmtKind::Break | StmtKind::Continue | StmtKind::Goto(_) | StmtKind::Return(None) => self.weight += 1,
            StmtKind::Return(Some(expr)) => {
                self.weight += 1;
                self.expr(expr);
            }
            StmtKind::Expr(expr) => {
                if let Expr::Assign(_, sides) = expr {
                    self.composed(statement.line, &sides.1);
                }
                self.expr(expr);
            }
            StmtKind::Case(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Declare(list) => {
                for declaration in list {
                    declaration.init.iter().for_each(|init| self.composed(statement.line, init));
                    declaration.init.iter().for_each(|init| self.expr(init));
                    declaration.arguments.iter().flatten().for_each(|argument| self.expr(argument));
                }
            }
            StmtKind::Block(list) => self.statements(list),
            StmtKind::Labeled(_, inner) => self.statement(inner),
            StmtKind::If(parts) => {
                self.expr(&parts.0);
                self.under(statement.line, std::slice::from_ref(&parts.1));
                self.under(statement.line, parts.2.as_slice());
            }
            StmtKind::While(parts) => {
                self.expr(&parts.0);
                self.under(statement.line, std::slice::from_ref(&parts.1));
            }
            StmtKind::DoWhile(parts) => {
                let before = self.weight;
                self.statement(&parts.0);
                self.expr(&parts.1);
                if self.weight != before {
                    self.seen.weighty.insert(statement.line);
                }
            }
            StmtKind::For(parts) => {
                parts.start.iter().for_each(|start| self.statement(start));
                parts.condition.iter().for_each(|condition| self.expr(condition));
                parts.step.iter().for_each(|step| self.expr(step));
                self.under(statement.line, std::slice::from_ref(&parts.body));
            }
            StmtKind::RangeFor(parts) => {
                self.expr(&parts.1);
                self.statement(&parts.2);
            }
            StmtKind::Switch(parts) => {
                self.expr(&parts.0);
                self.under(statement.line, &parts.1);
            }
        }
    }

    /// A command that is put into a variable, to be sent by a function that others use too.
    fn composed(&mut self, line: Line, value: &Expr) {
        let text = first_text(value).filter(|text| text.len() > 2 && is_command(text));
        if let Some(text) = text.filter(|_| self.around.function.is_some()) {
            let around = self.around.clone();
            self.seen.sites.push(Site { call: None, line, object: None, text: Some(text), prints_26: false, around });
        }
    }

    /// Statements that hang on a condition.
    fn under(&mut self, line: Line, list: &[Stmt]) {
        let Some(first) = list.first().map(innermost) else { return };
        let before = self.weight;
        self.around.conditions.push(Condition { line, inside: first.line });
        self.statements(list);
        self.around.conditions.pop();
        if self.weight != before {
            self.seen.weighty.insert(line);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.depth += 1;
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Lambda(function) => self.function(function),
            Expr::Assign(..) | Expr::Step { .. } | Expr::Ternary(_) => self.weight += 1,
            _ => {}
        }
        if self.depth < 400 {
            each_child(expr, &mut |child| self.expr(child));
        }
        self.depth -= 1;
    }

    fn call(&mut self, call: &Call) {
        let text = call.arguments.iter().find_map(first_text);
        let (object, sends) = match &call.callee {
            Expr::Member(object, method) => {
                let sends = sends(&self.program.symbols.name(*method));
                (named(object), sends)
            }
            _ => (None, false),
        };
        let callee = match &call.callee {
            Expr::Member(_, name) | Expr::Name(name) | Expr::Scoped(_, name) => Some(*name),
            _ => None,
        };
        if let Some(callee) = callee {
            let is_own = self.program.functions.contains_key(&callee)
                || self.program.classes.values().any(|class| class.methods.iter().any(|method| method.name == callee));
            let waits = matches!(&*self.program.symbols.name(callee), "delay" | "delayMicroseconds" | "vTaskDelay");
            self.weight += usize::from(is_own || waits);
            if is_own {
                self.seen.uses.push(Use { callee, around: self.around.clone() });
            } else if !sends {
                let object = if let Expr::Member(object, _) = &call.callee { named(object) } else { None };
                let (line, around) = (call.line, self.around.clone());
                let site = Site { call: Some(address(call)), line, object, text: None, prints_26: false, around };
                let given = call.arguments.iter().filter_map(named).collect();
                self.seen.library_calls.push(LibraryCall { site, name: callee, given });
            }
        }
        let is_command = text.as_ref().is_some_and(|text| is_command(text));
        // Texts that are looked for or compared are no commands that are sent.
        let looks = match &call.callee {
            Expr::Member(_, method) | Expr::Name(method) => looks(&self.program.symbols.name(*method)),
            _ => false,
        };
        if !sends && (!is_command || looks) {
            return;
        }
        self.weight += usize::from(is_command);
        let (line, around) = (call.line, self.around.clone());
        let prints_26 = match (&call.callee, call.arguments.first()) {
            (Expr::Member(_, method), Some(Expr::Int(26, _))) => {
                self.program.symbols.name(*method).starts_with("print")
            }
            _ => false,
        };
        self.seen.sites.push(Site { call: Some(address(call)), line, object, text, prints_26, around });
    }
}

/// The first statement that is more than a bracket.
fn innermost(statement: &Stmt) -> &Stmt {
    match &statement.kind {
        StmtKind::Block(list) => list.first().map_or(statement, innermost),
        _ => statement,
    }
}

/// By which the run says that a call was made.
pub(super) fn address(call: &Call) -> usize {
    std::ptr::from_ref(call) as usize
}

/// Methods that send.
fn sends(method: &str) -> bool {
    matches!(method, "print" | "println" | "write" | "printf")
}

fn looks(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["find", "strstr", "strcmp", "strncmp", "indexof", "startswith", "endswith", "equals"]
        .iter()
        .any(|word| name.contains(word))
}

/// The name at the bottom of `gsm`, `this->gsm`, `*gsm`.
fn named(expr: &Expr) -> Option<Symbol> {
    match expr {
        Expr::Name(name) | Expr::Scoped(_, name) | Expr::Member(_, name) => Some(*name),
        Expr::Dereference(of) | Expr::AddressOf(of) => named(of),
        _ => None,
    }
}

/// The first text in `"AT" + x`, `String("AT")`.
fn first_text(expr: &Expr) -> Option<Vec<u8>> {
    match expr {
        Expr::Text(literal) => Some(literal.bytes.clone()),
        Expr::Binary(_, sides) => first_text(&sides.0),
        Expr::Construct(_, arguments, _) => arguments.first().and_then(first_text),
        Expr::Cast(_, of) => first_text(of),
        _ => None,
    }
}

/// How many AT commands are sent to each name, as far as that stands there.
pub(super) fn commands_by_name(program: &Program, sites: &[Site]) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let parameters: BTreeSet<Symbol> =
        program.functions.values().flatten().flat_map(|function| &function.parameters).map(|p| p.name).collect();
    for site in sites.iter().filter(|site| site.is_command()) {
        if let Some(object) = site.object.filter(|object| !parameters.contains(object)) {
            *counts.entry(program.symbols.name(object).to_string()).or_default() += 1;
        }
    }
    counts
}

/// Looks at all expressions directly in this one.
fn each_child(expr: &Expr, look: &mut dyn FnMut(&Expr)) {
    match expr {
        Expr::Unary(_, of)
        | Expr::Step { of, .. }
        | Expr::Dereference(of)
        | Expr::AddressOf(of)
        | Expr::Member(of, _)
        | Expr::Cast(_, of)
        | Expr::SizeOf(of)
        | Expr::Delete(of) => look(of),
        Expr::Binary(_, sides)
        | Expr::Logical(_, sides)
        | Expr::Assign(_, sides)
        | Expr::Comma(sides)
        | Expr::Index(sides) => {
            look(&sides.0);
            look(&sides.1);
        }
        Expr::Ternary(parts) => {
            look(&parts.0);
            look(&parts.1);
            look(&parts.2);
        }
        Expr::Call(call) => {
            look(&call.callee);
            call.arguments.iter().for_each(look);
        }
        Expr::List(items) => items.iter().for_each(|(_, item)| look(item)),
        Expr::Construct(_, arguments, _) | Expr::New(_, arguments, _, _) => arguments.iter().for_each(look),
        _ => {}
    }
}
