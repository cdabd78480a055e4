//! Variables and objects as they begin.

use std::rc::Rc;

use super::value::{Int, Place, Value};
use super::{Halt, LARGEST, Machine};
use crate::sketch::board::{Kind, Port};
use crate::sketch::origin::{Ch, Origin};
use crate::sketch::syntax::{Declaration, Expr, IntType, Symbol, Type};

/// Classes that are serial ports.
fn is_port_class(name: &str) -> bool {
    name.ends_with("Serial") || matches!(name, "Uart" | "UART" | "HardwareSerial" | "SerialUART" | "SerialPIO")
}

/// Classes through which a port is passed on.
fn is_stream_class(name: &str) -> bool {
    is_port_class(name) || matches!(name, "Stream" | "Print" | "Client")
}

impl Machine<'_> {
    pub(super) fn declare(&mut self, declaration: &Declaration) -> Result<(), Halt> {
        if declaration.is_static && self.frames.len() > 1 {
            let key = Self::static_key(declaration);
            let place = if let Some(place) = self.statics.get(&key) {
                place.clone()
            } else {
                let place = self.beginning(declaration)?;
                self.statics.insert(key, place.clone());
                place
            };
            self.bind(declaration.name, place);
            return Ok(());
        }
        // A declaration that says it is defined elsewhere does not undo that.
        let external = self.frames.len() == 1
            && declaration.init.is_none()
            && declaration.arguments.is_none()
            && self.globals.contains_key(&declaration.name);
        if !external {
            let place = self.beginning(declaration)?;
            self.bind(declaration.name, place);
        }
        Ok(())
    }

    fn beginning(&mut self, declaration: &Declaration) -> Result<Place, Halt> {
        let Declaration { name, ty, arguments, init, .. } = declaration;
        if let Type::Reference(inner) = ty
            && let Some(init) = init
        {
            if let Some(place) = self.place(init)? {
                return Ok(place);
            }
            let value = self.value(init)?;
            return Ok(Place::new(self.converted(inner, value)?));
        }
        if let Some(port) = self.port_declared(*name, ty, arguments.as_deref(), init.as_ref())? {
            return Ok(Place::new(Value::Port(port)));
        }
        let value = match (init, arguments) {
            (Some(init), _) => self.initial(ty, init)?,
            (None, Some(arguments)) => self.construct(ty, arguments)?,
            (None, None) => self.zero(ty)?,
        };
        self.name_port(&value, *name);
        let value = self.seen_as_bytes(ty, value);
        Ok(Place::new(value))
    }

    /// A port that `new` made is called as the variable that keeps it.
    pub(super) fn name_port(&mut self, value: &Value, name: Symbol) {
        if let Value::Port(port) = value
            && self
                .board
                .ports
                .get(*port)
                .is_some_and(|port| is_port_class(&port.name) && !port.name.starts_with("Serial"))
        {
            let name = self.name(name);
            self.board.rename(*port, &name);
        }
    }

    /// `SoftwareSerial gsm(7, 8)`, `… gsm = SoftwareSerial(7, 8)`, `HardwareSerial gsm(1)`.
    fn port_declared(
        &mut self,
        name: Symbol,
        ty: &Type,
        arguments: Option<&[Expr]>,
        init: Option<&Expr>,
    ) -> Result<Option<usize>, Halt> {
        let Type::Class(class) = ty else { return Ok(None) };
        let class_name = self.name(*class);
        if !is_port_class(&class_name) || self.program.classes.contains_key(class) {
            return Ok(None);
        }
        let given: &[Expr] = match (arguments, init) {
            (Some(list), _) => list,
            (None, Some(Expr::Construct(_, list, _))) => list,
            (None, Some(Expr::Call(call))) => &call.arguments,
            (None, Some(Expr::List(_)) | None) => &[],
            (None, Some(other)) => {
                return Ok(match self.value(other)? {
                    Value::Port(port) => Some(port),
                    _ => None,
                });
            }
        };
        let mut values = Vec::new();
        for argument in given {
            values.push(self.value(argument)?);
        }
        if let Some(Expr::List(items)) = init {
            for (_, item) in items {
                values.push(self.value(item)?);
            }
        }
        let name = self.name(name);
        Ok(Some(self.new_port(&name, &class_name, &values)))
    }

    pub(super) fn new_port(&mut self, name: &str, class: &str, values: &[Value]) -> usize {
        let kind = match class {
            "HardwareSerial" | "Uart" | "UART" | "SerialUART" => Kind::Hardware,
            "AltSoftSerial" | "NeoSWSerial" => Kind::Timed,
            // The library of the ESP samples by interrupt and sends with the receiver on.
            _ if self.chip.is_esp() => Kind::Timed,
            _ => Kind::Software,
        };
        // A pin that stands in a header which is not here is not known.
        let known = |value: &&Value| value.from().question().is_none();
        let pin = |index: usize| values.get(index).filter(known).and_then(|value| u8::try_from(value.number()).ok());
        let pins = match class {
            "AltSoftSerial" => Some((8, 9)),
            _ if kind == Kind::Hardware => None,
            _ => pin(0).zip(pin(1)),
        };
        let number = self.board.add(Port::new(name, kind, pins, self.chip));
        self.port_names.insert(name.to_owned(), number);
        number
    }

    /// One of the chip's own ports, by its name.
    pub(super) fn known_port(&mut self, name: &str) -> Option<usize> {
        if let Some(port) = self.port_names.get(name) {
            return Some(*port);
        }
        let digits = name.strip_prefix("Serial")?;
        let own = digits.is_empty() || matches!(digits, "USB" | "_") || digits.parse::<u8>().is_ok_and(|n| n < 10);
        own.then(|| self.new_port(name, "HardwareSerial", &[]))
    }

    /// An object that is used as a port and declared nowhere.
    pub(super) fn undeclared_port(&mut self, name: &str) -> usize {
        let number = self.new_port(name, "HardwareSerial", &[]);
        if let Some(port) = self.board.ports.get_mut(number) {
            port.kind = Kind::Undeclared;
        }
        number
    }

    /// A variable of a type before anything is put in.
    pub(super) fn zero(&mut self, ty: &Type) -> Result<Value, Halt> {
        Ok(match ty {
            Type::Void | Type::Auto => Value::Nothing,
            Type::Int(int) => Value::int(0, *int),
            Type::Float | Type::Double => Value::Float(0.0, Origin::SKETCH),
            Type::String => Value::string(Vec::new()),
            Type::Pointer(_) | Type::Reference(_) | Type::Function => Value::Null,
            Type::Class(class) if self.program.classes.contains_key(class) => self.new_of_class(*class, &[])?,
            Type::Class(class) => {
                let name = self.name(*class);
                if is_stream_class(&name) { Value::Null } else { Value::Library }
            }
            Type::Array(of, size) => {
                let size = match size {
                    Some(size) => self.value(size)?.number(),
                    None => 0,
                };
                let size = usize::try_from(size).unwrap_or(0);
                self.array_of(of, size)?
            }
        })
    }

    pub(super) fn array_of(&mut self, of: &Type, size: usize) -> Result<Value, Halt> {
        self.make(size)?;
        if let Type::Int(int @ (IntType::Char | IntType::I8 | IntType::U8)) = of {
            return Ok(Value::Chars(Rc::new(vec![Ch::default(); size]), *int));
        }
        // All begin alike; an array in an array is copied only when it is written to.
        let items = if size > 0 { vec![self.zero(of)?; size] } else { Vec::new() };
        Ok(Value::Array(Rc::new(items)))
    }

    /// `type name = init`.
    fn initial(&mut self, ty: &Type, init: &Expr) -> Result<Value, Halt> {
        match (ty, init) {
            (Type::Array(of, size), Expr::List(items)) => {
                let size = match size {
                    Some(size) => usize::try_from(self.value(size)?.number()).unwrap_or(0).min(LARGEST),
                    None => items.len(),
                };
                self.array_from(of, size, items)
            }
            (Type::Array(of, size), _) => {
                let value = self.value(init)?;
                let Type::Int(element) = **of else { return Ok(value) };
                let mut text = value.c_text().unwrap_or_default();
                text.push(Ch::default());
                if let Some(size) = size {
                    let size = usize::try_from(self.value(size)?.number()).unwrap_or(0).min(LARGEST);
                    text.resize(size, Ch::default());
                }
                self.make(text.len())?;
                Ok(Value::Chars(Rc::new(text), element))
            }
            (Type::Class(class), Expr::List(items)) if self.program.classes.contains_key(class) => {
                self.object_from(*class, items)
            }
            (_, Expr::List(items)) => match items.first() {
                Some((_, first)) => {
                    let value = self.value(first)?;
                    self.converted(ty, value)
                }
                None => self.zero(ty),
            },
            _ => {
                let value = self.value(init)?;
                // What a call gives back, or a `String(…)`, is the variable itself.
                if matches!(ty, Type::String) && !matches!(init, Expr::Call(_) | Expr::Construct(..) | Expr::Cast(..)) {
                    self.takes_new_string(&value);
                }
                self.converted(ty, value)
            }
        }
    }

    fn array_from(&mut self, of: &Type, size: usize, items: &[(Option<Symbol>, Expr)]) -> Result<Value, Halt> {
        let mut array = self.array_of(of, size)?;
        for (index, (_, item)) in items.iter().enumerate().take(size) {
            let value = self.initial(of, item)?;
            match &mut array {
                Value::Chars(text, _) => {
                    if let (Some(ch), Value::Int(int)) = (Rc::make_mut(text).get_mut(index), &value) {
                        *ch = Ch { byte: super::value::low_byte(int.number), from: int.from };
                    }
                }
                Value::Array(list) => {
                    if let Some(kept) = Rc::make_mut(list).get_mut(index) {
                        *kept = value;
                    }
                }
                _ => {}
            }
        }
        Ok(array)
    }

    /// `{ "AT", 500 }` and `{ .text = "AT" }` as an object: by its constructor, or field by field.
    fn object_from(&mut self, class: Symbol, items: &[(Option<Symbol>, Expr)]) -> Result<Value, Halt> {
        if self.has_constructor(class) {
            let mut values = Vec::new();
            for (_, item) in items {
                values.push(self.value(item)?);
            }
            return self.new_of_class(class, &values);
        }
        let mut object = self.new_of_class(class, &[])?;
        let names = self.fields_of(class);
        let types = self.field_types(class);
        for (index, (name, item)) in items.iter().enumerate() {
            let number = match name {
                Some(name) => names.iter().position(|field| field == name),
                None => Some(index),
            };
            let Some(number) = number else { continue };
            let value = match types.get(number) {
                Some(ty) => self.initial(ty, item)?,
                None => self.value(item)?,
            };
            if let Value::Object(_, fields) = &mut object
                && let Some(kept) = Rc::make_mut(fields).get_mut(number)
            {
                *kept = value;
            }
        }
        Ok(object)
    }

    /// Values in the order of the fields.
    pub(super) fn object_of_values(&mut self, class: Symbol, values: &[Value]) -> Result<Value, Halt> {
        let mut object = self.new_of_class(class, &[])?;
        if let Value::Object(_, fields) = &mut object {
            for (kept, value) in Rc::make_mut(fields).iter_mut().zip(values) {
                kept.take(value);
            }
        }
        Ok(object)
    }

    /// `Type(a, b)` and `Type name(a, b)`.
    pub(super) fn construct(&mut self, ty: &Type, arguments: &[Expr]) -> Result<Value, Halt> {
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        match ty {
            Type::String => Ok(self.string_of(&values)),
            Type::Class(class) if self.program.classes.contains_key(class) => self.new_of_class(*class, &values),
            Type::Class(class) => {
                let name = self.name(*class);
                if is_port_class(&name) {
                    return Ok(Value::Port(self.new_port(&name, &name, &values)));
                }
                if self.hand_on(values.iter(), &name) {
                    self.foreign(&name);
                }
                Ok(Value::Library)
            }
            _ => match values.into_iter().next() {
                Some(value) => self.converted(ty, value),
                None => self.zero(ty),
            },
        }
    }

    pub(super) fn new_object(&mut self, ty: &Type, given: &[Expr], length: Option<&Expr>) -> Result<Value, Halt> {
        if let Some(length) = length {
            let length = usize::try_from(self.value(length)?.number()).unwrap_or(0);
            let array = self.array_of(ty, length)?;
            return Ok(Value::Pointer(Place::new(array).element(0)));
        }
        match self.construct(ty, given)? {
            value @ (Value::Port(_) | Value::Library) => Ok(value),
            value => {
                self.make(32)?;
                Ok(Value::Pointer(Place::new(value)))
            }
        }
    }

    /// A value as a variable of a type takes it.
    pub(super) fn converted(&mut self, ty: &Type, value: Value) -> Result<Value, Halt> {
        match ty {
            Type::Pointer(_) | Type::Reference(_) | Type::Auto | Type::Function | Type::Void | Type::Array(..) => {
                Ok(value)
            }
            Type::Class(class) => match (&value, self.program.classes.contains_key(class)) {
                (Value::Object(..), _) | (_, false) => Ok(value),
                (Value::Array(items), true) => self.object_of_values(*class, items),
                (_, true) => self.new_of_class(*class, &[value]),
            },
            Type::Int(ty) if matches!(value, Value::Pointer(_) | Value::Port(_) | Value::Function(_)) => {
                Ok(Value::Int(Int::new(1, *ty, Origin::SKETCH)))
            }
            _ => {
                let mut kept = self.zero(ty)?;
                kept.take(&value);
                Ok(kept)
            }
        }
    }

    /// The fields of a class, those of its bases first.
    pub(super) fn fields_of(&mut self, class: Symbol) -> Rc<Vec<Symbol>> {
        if let Some(known) = self.fields.get(&class) {
            return known.clone();
        }
        let program = self.program;
        let names = Rc::new(all_fields(program, class, 0).iter().map(|field| field.name).collect::<Vec<_>>());
        self.fields.insert(class, names.clone());
        names
    }

    pub(super) fn field_types(&self, class: Symbol) -> Vec<Type> {
        all_fields(self.program, class, 0).iter().map(|field| field.ty.clone()).collect()
    }

    /// An object of the sketch's own class.
    pub(super) fn new_of_class(&mut self, class: Symbol, values: &[Value]) -> Result<Value, Halt> {
        self.depth += 8;
        if self.depth > super::DEEPEST {
            return Err(self.halt(super::Ending::Depth));
        }
        let mut fields = Vec::new();
        for field in all_fields(self.program, class, 0) {
            let value = match (&field.init, &field.arguments) {
                (Some(init), _) => self.initial(&field.ty, init)?,
                (None, Some(arguments)) => self.construct(&field.ty, arguments)?,
                (None, None) => self.zero(&field.ty)?,
            };
            fields.push(value);
        }
        self.make(fields.len() * 8)?;
        let place = Place::new(Value::Object(class, Rc::new(fields)));
        self.construct_at(class, &place, values)?;
        self.depth -= 8;
        Ok(place.load().unwrap_or(Value::Nothing))
    }
}

fn all_fields(program: &crate::sketch::syntax::Program, class: Symbol, depth: usize) -> Vec<&Declaration> {
    let Some(found) = program.classes.get(&class).filter(|_| depth < 16) else { return Vec::new() };
    let mut fields = Vec::new();
    for base in &found.bases {
        fields.extend(all_fields(program, *base, depth + 1));
    }
    fields.extend(&found.fields);
    fields
}
