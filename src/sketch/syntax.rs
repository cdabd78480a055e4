//! The part of C++ that sketches are written in, as a tree.

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    Int(i64),
    Hundredths(i64),
    Char(u8),
    Str(Vec<u8>),
    Name(String),
    Call(Box<Expr>, Vec<Expr>),
    Member(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Unary(&'static str, Box<Expr>),
    /// `x++`, `x--`.
    Step(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Assign(&'static str, Box<Expr>, Box<Expr>),
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    Cast(Type, Box<Expr>),
    /// `{ … }`.
    List(Vec<Expr>),
    /// What the reader does not know.
    Unknown,
}

/// What fits into a type of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// So many bits, with a sign.
    Signed(u32),
    /// So many bits, without one.
    Unsigned(u32),
    /// `int`: 16 bits on an Uno or Nano, 32 on others.
    Int,
    /// `unsigned int`, likewise.
    UnsignedInt,
}

impl Width {
    /// More than an int of an Uno or Nano.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Signed(17..) | Self::Unsigned(17..))
    }

    /// `unsigned` in front of `long`, `long` in front of `int`: what both words say together.
    pub fn and(self, next: Self) -> Self {
        match (self, next) {
            (Self::UnsignedInt, Self::Signed(bits)) => Self::Unsigned(bits),
            (Self::Signed(32), Self::Signed(32)) => Self::Signed(64),
            (Self::Unsigned(32), Self::Signed(32)) => Self::Unsigned(64),
            (Self::Int, next) => next,
            (before, _) => before,
        }
    }
}

/// What a type does to a value that is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Printed as the character.
    Char,
    /// Printed as digits. `byte` and `uint8_t` too.
    Int(Width),
    /// Printed with two decimals.
    Float,
    /// Arduino's `String`.
    String,
    /// A class, by name: `SoftwareSerial`, `Stream`, …
    Class(String),
}

/// One declared name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    pub ty: Type,
    pub name: String,
    /// `Type name(args)`.
    pub arguments: Vec<Expr>,
    pub init: Option<Expr>,
}

/// A statement and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stmt {
    pub line: usize,
    pub kind: StmtKind,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StmtKind {
    Empty,
    Expr(Expr),
    Declare(Vec<Declaration>),
    Block(Vec<Stmt>),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    While(Expr, Box<Stmt>),
    DoWhile(Box<Stmt>, Expr),
    For(Box<Stmt>, Option<Expr>, Option<Expr>, Box<Stmt>),
    Return(Option<Expr>),
    Break,
    Continue,
    /// Not followed: why, and what stands in it where that could be read.
    Unread(String, Vec<Stmt>),
}

/// A function of the sketch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub name: String,
    pub parameters: Vec<Declaration>,
    pub body: Vec<Stmt>,
}

/// A sketch.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub functions: Vec<Function>,
    /// Declarations outside of functions, and, for a fragment without functions, its statements.
    pub globals: Vec<Stmt>,
    pub unread: Vec<(usize, String)>,
}

impl Expr {
    /// Calls `f` for this expression and all in it.
    pub fn walk(&self, f: &mut dyn FnMut(&Expr)) {
        f(self);
        match self {
            Self::Int(_) | Self::Hundredths(_) | Self::Char(_) | Self::Str(_) | Self::Name(_) | Self::Unknown => {}
            Self::Call(callee, arguments) => {
                callee.walk(f);
                walk_all(arguments, f);
            }
            Self::Member(inner, _) | Self::Unary(_, inner) | Self::Step(_, inner) | Self::Cast(_, inner) => {
                inner.walk(f);
            }
            Self::Index(left, right) | Self::Binary(_, left, right) | Self::Assign(_, left, right) => {
                left.walk(f);
                right.walk(f);
            }
            Self::Ternary(condition, yes, no) => {
                condition.walk(f);
                yes.walk(f);
                no.walk(f);
            }
            Self::List(items) => walk_all(items, f),
        }
    }
}

impl Stmt {
    /// Calls `f` for every expression in this statement.
    pub fn walk(&self, f: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            StmtKind::Empty | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Expr(expr) => expr.walk(f),
            StmtKind::Declare(declarations) => {
                for declaration in declarations {
                    walk_all(declaration.arguments.iter().chain(&declaration.init), f);
                }
            }
            StmtKind::Block(statements) | StmtKind::Unread(_, statements) => {
                for statement in statements {
                    statement.walk(f);
                }
            }
            StmtKind::If(condition, yes, no) => {
                condition.walk(f);
                yes.walk(f);
                if let Some(no) = no {
                    no.walk(f);
                }
            }
            StmtKind::While(condition, body) | StmtKind::DoWhile(body, condition) => {
                condition.walk(f);
                body.walk(f);
            }
            StmtKind::For(start, condition, step, body) => {
                start.walk(f);
                walk_all(condition.iter().chain(step), f);
                body.walk(f);
            }
            StmtKind::Return(value) => walk_all(value, f),
        }
    }

    /// `;` or `{}`.
    pub fn is_empty(&self) -> bool {
        match &self.kind {
            StmtKind::Empty => true,
            StmtKind::Block(inside) => inside.is_empty(),
            _ => false,
        }
    }

    /// True if running it can end the function or the loop it stands in.
    pub fn leaves(&self) -> bool {
        match &self.kind {
            StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue => true,
            StmtKind::Block(statements) | StmtKind::Unread(_, statements) => statements.iter().any(Self::leaves),
            StmtKind::If(_, yes, no) => yes.leaves() || no.as_ref().is_some_and(|no| no.leaves()),
            StmtKind::While(_, body) | StmtKind::DoWhile(body, _) | StmtKind::For(_, _, _, body) => body.leaves(),
            StmtKind::Empty | StmtKind::Expr(_) | StmtKind::Declare(_) => false,
        }
    }
}

fn walk_all<'a>(exprs: impl IntoIterator<Item = &'a Expr>, f: &mut dyn FnMut(&Expr)) {
    for expr in exprs {
        expr.walk(f);
    }
}
