//! A sketch as the interpreter runs it.

use std::collections::HashMap;
use std::rc::Rc;

/// A line of the joined text, 0-based; `Program::spots` says where it stood.
pub(super) type Line = u32;

/// What is compiled for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chip {
    /// Uno, Nano, Mega: an int has 16 bits, a double is a float.
    #[default]
    Avr,
    /// NodeMCU, Wemos: an int has 32 bits, as on those that follow.
    Esp8266,
    /// ESP32 in all its kinds.
    Esp32,
    /// SAMD, STM32, RP2040.
    Arm,
}

impl Chip {
    pub(super) fn int(self) -> IntType {
        if self == Self::Avr { IntType::I16 } else { IntType::I32 }
    }

    pub(super) fn unsigned_int(self) -> IntType {
        if self == Self::Avr { IntType::U16 } else { IntType::U32 }
    }

    pub(super) fn pointer_size(self) -> usize {
        if self == Self::Avr { 2 } else { 4 }
    }

    pub(super) fn is_esp(self) -> bool {
        matches!(self, Self::Esp8266 | Self::Esp32)
    }

    /// What has such a chip.
    pub(super) fn board(self) -> &'static str {
        match self {
            Self::Avr => "an Uno, Nano or Mega",
            Self::Esp8266 => "an ESP8266",
            Self::Esp32 => "an ESP32",
            Self::Arm => "one with an ARM chip",
        }
    }
}

/// The whole numbers of C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntType {
    Bool,
    /// A character: printed as one. Signed.
    Char,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
}

impl IntType {
    pub(super) fn size(self) -> usize {
        match self {
            Self::Bool | Self::Char | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 => 4,
            Self::I64 | Self::U64 => 8,
        }
    }

    pub(super) fn is_signed(self) -> bool {
        matches!(self, Self::Char | Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// A number as it stands in a variable of this type.
    pub(super) fn fit(self, number: i64) -> i64 {
        match self {
            Self::Bool => i64::from(number != 0),
            Self::I64 | Self::U64 => number,
            _ => {
                let bits = u32::try_from(self.size() * 8).unwrap_or(64);
                let shift = 64 - bits;
                if self.is_signed() {
                    number.wrapping_shl(shift).wrapping_shr(shift)
                } else {
                    number & !(-1_i64).wrapping_shl(bits)
                }
            }
        }
    }
}

/// A name, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Symbol(pub(super) u32);

/// All names of a sketch.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    names: Vec<Rc<str>>,
    numbers: HashMap<Rc<str>, Symbol>,
}

impl Symbols {
    pub(super) fn of(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.numbers.get(name) {
            return *symbol;
        }
        let symbol = Symbol(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        let name: Rc<str> = name.into();
        self.names.push(name.clone());
        self.numbers.insert(name, symbol);
        symbol
    }

    pub(super) fn find(&self, name: &str) -> Option<Symbol> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, symbol: Symbol) -> Rc<str> {
        self.names.get(symbol.0 as usize).cloned().unwrap_or_else(|| "?".into())
    }
}

/// A type as it is written.
#[derive(Clone, Debug)]
pub(super) enum Type {
    Void,
    /// `auto`, or the `T` of a template.
    Auto,
    Int(IntType),
    Float,
    Double,
    String,
    /// A class of the sketch, or of a library.
    Class(Symbol),
    Pointer(Rc<Type>),
    Reference(Rc<Type>),
    Array(Rc<Type>, Option<Rc<Expr>>),
    Function,
}

impl Type {
    /// One function cannot be told from another by these.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Class(a), Self::Class(b)) => a == b,
            (Self::Pointer(a), Self::Pointer(b)) | (Self::Reference(a), Self::Reference(b)) => a.is_like(b),
            (Self::Float, Self::Float) | (Self::Double, Self::Double) | (Self::String, Self::String) => true,
            _ => false,
        }
    }
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) symbols: Symbols,
    pub(super) functions: HashMap<Symbol, Vec<Rc<Function>>>,
    pub(super) classes: HashMap<Symbol, Rc<Class>>,
    /// Declarations outside of functions, in order.
    pub(super) globals: Vec<Stmt>,
    /// Statements that stand outside of functions, as in a fragment from a forum.
    pub(super) fragment: Vec<Stmt>,
    /// What could not be read.
    pub(super) unread: Vec<(Line, String)>,
    /// What is defined a second time, which the compiler refuses.
    pub(super) twice: Vec<(Line, Symbol)>,
    /// Function names in their order.
    pub(super) order: Vec<Symbol>,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: Symbol,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Vec<Stmt>,
    pub(super) returns: Type,
    /// What a constructor sets before its body.
    pub(super) initialisers: Vec<(Symbol, Vec<Expr>)>,
}

#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: Symbol,
    pub(super) ty: Type,
    pub(super) default: Option<Rc<Expr>>,
}

#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: Symbol,
    pub(super) bases: Vec<Symbol>,
    pub(super) fields: Vec<Declaration>,
    pub(super) methods: Vec<Rc<Function>>,
}

#[derive(Debug)]
pub(super) struct Stmt {
    pub(super) line: Line,
    pub(super) kind: StmtKind,
}

#[derive(Debug)]
pub(super) enum StmtKind {
    Empty,
    Expr(Expr),
    Declare(Vec<Declaration>),
    Block(Vec<Stmt>),
    If(Box<(Expr, Stmt, Option<Stmt>)>),
    While(Box<(Expr, Stmt)>),
    DoWhile(Box<(Stmt, Expr)>),
    For(Box<ForParts>),
    RangeFor(Box<(Declaration, Expr, Stmt)>),
    Switch(Box<(Expr, Vec<Stmt>)>),
    /// `case 1:` or `default:` inside the list of a switch.
    Case(Option<Expr>),
    Labeled(Symbol, Box<Stmt>),
    Goto(Symbol),
    Return(Option<Expr>),
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct ForParts {
    pub(super) start: Option<Stmt>,
    pub(super) condition: Option<Expr>,
    pub(super) step: Option<Expr>,
    pub(super) body: Stmt,
}

#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) name: Symbol,
    pub(super) ty: Type,
    /// `gsm(7, 8)`.
    pub(super) arguments: Option<Vec<Expr>>,
    pub(super) init: Option<Expr>,
    pub(super) is_static: bool,
    pub(super) line: Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    Xor,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Binary {
    pub(super) fn compares(self) -> bool {
        matches!(self, Self::Equal | Self::Unequal | Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// Whether the comparison holds; `None` where it is none.
    pub(super) fn holds<T: PartialOrd + ?Sized>(self, left: &T, right: &T) -> Option<bool> {
        Some(match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Minus,
    Plus,
    Not,
    Complement,
}

#[derive(Debug)]
pub(super) enum Expr {
    Int(i64, IntType),
    Float(f64),
    /// A text literal with its number, by which equal ones stay one place in memory.
    Text(Rc<Literal>),
    Name(Symbol),
    This,
    Null,
    Unary(Unary, Box<Expr>),
    /// `++` and `--`: by how much, and whether the value before counts.
    Step {
        by: i64,
        after: bool,
        of: Box<Expr>,
    },
    Dereference(Box<Expr>),
    AddressOf(Box<Expr>),
    Binary(Binary, Box<(Expr, Expr)>),
    /// `&&` (true) and `||`.
    Logical(bool, Box<(Expr, Expr)>),
    Assign(Option<Binary>, Box<(Expr, Expr)>),
    Ternary(Box<(Expr, Expr, Expr)>),
    Comma(Box<(Expr, Expr)>),
    Call(Box<Call>),
    /// `a.b`, `a->b`.
    Member(Box<Expr>, Symbol),
    /// `Class::b`.
    Scoped(Symbol, Symbol),
    Index(Box<(Expr, Expr)>),
    List(Vec<(Option<Symbol>, Expr)>),
    Cast(Type, Box<Expr>),
    /// `Type(a, b)`, `Type{a, b}`.
    Construct(Type, Vec<Expr>, Line),
    SizeOfType(Type),
    SizeOf(Box<Expr>),
    New(Type, Vec<Expr>, Option<Box<Expr>>, Line),
    Delete(Box<Expr>),
    Lambda(Rc<Function>),
    /// What could not be read; the program names its line.
    Unread,
}

#[derive(Debug)]
pub(super) struct Literal {
    pub(super) bytes: Vec<u8>,
    pub(super) id: usize,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) callee: Expr,
    pub(super) arguments: Vec<Expr>,
    pub(super) line: Line,
}
