//! Calls: which function is meant, what it is given, what it gives back.

use std::rc::Rc;

use super::execute::Flow;
use super::given::Given;
use super::value::{Place, Value};
use super::{DEEPEST_CALLS, Ending, Frame, Halt, Machine, costs};
use crate::sketch::syntax::{Call, Expr, Function, IntType, Symbol, Type};

impl Machine<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Result<Value, Halt> {
        self.report.calls.insert(crate::sketch::survey::address(call));
        self.returned = None;
        match &call.callee {
            Expr::Member(object, method) => self.method_call(object, *method, &call.arguments),
            Expr::Name(name) => self.named_call(*name, &call.arguments),
            Expr::Scoped(class, name) => {
                let arguments = self.arguments(&call.arguments)?;
                let this = self.frames.last().and_then(|frame| frame.this.clone());
                match self.method(*class, *name, &arguments) {
                    Some(method) => self.call_function(&method, arguments, this),
                    None => Ok(self.unknown_function(*name, &arguments)),
                }
            }
            other => {
                let callee = self.value(other)?;
                let arguments = self.arguments(&call.arguments)?;
                match Self::function_of(&callee) {
                    Some(function) => self.call_function(&function, arguments, None),
                    None => Ok(Value::int(0, self.chip.int())),
                }
            }
        }
    }

    pub(super) fn arguments(&mut self, list: &[Expr]) -> Result<Vec<Given>, Halt> {
        let mut given = Vec::with_capacity(list.len());
        for expr in list {
            // An expression that changes something must not be looked at twice.
            let plain = matches!(expr, Expr::Name(_) | Expr::Member(..) | Expr::This);
            let indexed = matches!(expr, Expr::Index(parts) if matches!(parts.1, Expr::Name(_) | Expr::Int(..)));
            let place = if plain || indexed { self.place(expr)? } else { None };
            let value = match &place {
                Some(place) => {
                    self.spend(costs::of_expression(expr))?;
                    self.load(place)
                }
                None => self.value(expr)?,
            };
            given.push(Given { value, place });
        }
        Ok(given)
    }

    fn named_call(&mut self, name: Symbol, list: &[Expr]) -> Result<Value, Halt> {
        // A lambda, a function pointer, a method of this object.
        if let Some(place) = self.variable(name) {
            let callee = self.load(&place);
            let callee = match callee {
                Value::Pointer(pointer) => pointer.load().unwrap_or(Value::Nothing),
                other => other,
            };
            if let Some(function) = Self::function_of(&callee) {
                let arguments = self.arguments(list)?;
                return self.call_function(&function, arguments, None);
            }
        }
        let arguments = self.arguments(list)?;
        if let Some((class, this)) = self.frames.last().and_then(|frame| frame.this.clone())
            && let Some(method) = self.method(class, name, &arguments)
        {
            return self.call_function(&method, arguments, Some((class, this)));
        }
        let program = self.program;
        if let Some(functions) = program.functions.get(&name)
            && let Some(function) = self.best(functions, &arguments)
        {
            return self.call_function(&function, arguments, None);
        }
        self.core_call(name, &arguments)
    }

    fn method_call(&mut self, object: &Expr, method: Symbol, list: &[Expr]) -> Result<Value, Halt> {
        let method_name = self.name(method);
        if let Expr::Name(name) = object
            && self.variable(*name).is_none()
            && self.known_port(&self.name(*name)).is_none()
        {
            return self.method_of_undeclared(*name, &method_name, list);
        }
        let Some(place) = self.object_place(object)? else { return Ok(Value::Nothing) };
        let value = self.load(&place);
        match value {
            Value::Port(port) => {
                let arguments = self.arguments(list)?;
                self.stream_call(port, &method_name, &arguments)
            }
            Value::String(_) => {
                let arguments = self.arguments(list)?;
                Ok(self.string_call(&place, &method_name, &arguments))
            }
            Value::Object(class, _) => {
                let arguments = self.arguments(list)?;
                if let Some(function) = self.method(class, method, &arguments) {
                    return self.call_function(&function, arguments, Some((class, place)));
                }
                let field = self.field_place(&place, method).map(|field| self.load(&field));
                match field.as_ref().and_then(Self::function_of) {
                    Some(function) => self.call_function(&function, arguments, None),
                    None => Ok(self.foreign(&method_name)),
                }
            }
            Value::Null => {
                if super::stream::is_stream_method(&method_name) {
                    return Err(self.halt(Ending::Crash("a pointer that points to nothing is used")));
                }
                let words = self.words(object);
                self.library_call(&words, &method_name, list)
            }
            _ => {
                let words = self.words(object);
                self.library_call(&words, &method_name, list)
            }
        }
    }

    /// `GSM.println("AT")` where GSM is declared in a tab that we have not got.
    fn method_of_undeclared(&mut self, name: Symbol, method: &str, list: &[Expr]) -> Result<Value, Halt> {
        let words = self.name(name);
        // A port is begun with a rate; `M5.begin()` is something else.
        let is_port = super::stream::is_stream_method(method) && !(method == "begin" && list.is_empty());
        if is_port && !super::core::is_object_of_the_core(&words) {
            let line = self.line;
            self.report.undeclared.entry(words.to_string()).or_insert(line);
            let port = self.undeclared_port(&words);
            let arguments = self.arguments(list)?;
            return self.stream_call(port, method, &arguments);
        }
        if !super::core::is_object_of_the_core(&words) {
            let line = self.line;
            self.report.undeclared.entry(words.to_string()).or_insert(line);
        }
        self.library_call(&words, method, list)
    }

    /// The function of a name that fits best what it is given: by count, then by type.
    fn best(&self, functions: &[Rc<Function>], given: &[Given]) -> Option<Rc<Function>> {
        let fitting = functions.iter().filter_map(|function| Some((self.fit(function, given)?, function)));
        let mut best: Option<(i32, &Rc<Function>)> = None;
        for (fit, function) in fitting {
            if best.is_none_or(|(known, _)| fit > known) {
                best = Some((fit, function));
            }
        }
        best.map(|(_, function)| function.clone()).or_else(|| functions.first().cloned())
    }

    fn fit(&self, function: &Function, given: &[Given]) -> Option<i32> {
        let needed = function.parameters.iter().filter(|parameter| parameter.default.is_none()).count();
        if given.len() < needed || given.len() > function.parameters.len() {
            return None;
        }
        let fits = function.parameters.iter().zip(given);
        Some(fits.map(|(parameter, given)| self.fit_of(&parameter.ty, &given.value)).sum())
    }

    fn fit_of(&self, ty: &Type, value: &Value) -> i32 {
        match (ty, value) {
            (Type::Reference(inner), value) => self.fit_of(inner, value),
            (Type::Int(ty), Value::Int(int)) if *ty == int.ty => 5,
            (Type::Int(ty), Value::Int(int)) if (*ty == IntType::Char) == (int.ty == IntType::Char) => 4,
            (Type::Int(_), Value::Int(_)) | (Type::Auto, _) | (Type::String, Value::Pointer(_)) => 3,
            (Type::Float | Type::Double, Value::Float(..))
            | (Type::String, Value::String(_))
            | (Type::Function, Value::Function(_))
            | (Type::Pointer(_), Value::Pointer(_) | Value::Null | Value::Function(_)) => 5,
            (Type::Float | Type::Double, Value::Int(_)) | (Type::Int(_), Value::Float(..)) => 2,
            (Type::Class(class), Value::Object(own, _)) => {
                if class == own {
                    5
                } else {
                    1
                }
            }
            (Type::Class(class), Value::Port(_)) if !self.program.classes.contains_key(class) => 4,
            (Type::Pointer(inner), Value::Port(_)) if matches!(**inner, Type::Class(_)) => 4,
            (Type::Int(IntType::Bool), _) => 0,
            _ => -20,
        }
    }

    /// A method of a class or of its bases.
    fn method(&self, class: Symbol, name: Symbol, given: &[Given]) -> Option<Rc<Function>> {
        let mut class = class;
        for _ in 0..16 {
            let found = self.program.classes.get(&class)?;
            let named: Vec<Rc<Function>> = found.methods.iter().filter(|method| method.name == name).cloned().collect();
            if !named.is_empty() {
                return self.best(&named, given);
            }
            class = *found.bases.first()?;
        }
        None
    }

    pub(super) fn has_constructor(&self, class: Symbol) -> bool {
        let of = |function: &Rc<Function>| function.name == class;
        self.program.classes.get(&class).is_some_and(|class| class.methods.iter().any(of))
    }

    /// Runs the constructor that fits, or gives the fields their values in order.
    pub(super) fn construct_at(&mut self, class: Symbol, place: &Place, values: &[Value]) -> Result<(), Halt> {
        let given: Vec<Given> = values.iter().map(|value| Given { value: value.clone(), place: None }).collect();
        if self.has_constructor(class) {
            if let Some(constructor) = self.method(class, class, &given) {
                if given.is_empty() && self.fit(&constructor, &given).is_none() {
                    return Ok(());
                }
                self.call_function(&constructor, given, Some((class, place.clone())))?;
            }
            return Ok(());
        }
        if let [value @ Value::Object(..)] = values {
            // A copy.
            let _ = place.store(value);
            return Ok(());
        }
        for (number, value) in values.iter().enumerate() {
            let _ = place.field(number).store(value);
        }
        Ok(())
    }

    pub(super) fn call_function(
        &mut self,
        function: &Rc<Function>,
        given: Vec<Given>,
        this: Option<(Symbol, Place)>,
    ) -> Result<Value, Halt> {
        self.takes(costs::CALL);
        if self.frames.len() > DEEPEST_CALLS {
            return Err(self.halt(Ending::Depth));
        }
        let line = self.line;
        let refers = matches!(function.returns, Type::Reference(_));
        let mut frame = Frame { this, refers, ..Frame::default() };
        let mut given = given.into_iter();
        for parameter in &function.parameters {
            let place = match (given.next(), &parameter.default) {
                (Some(given), _) => self.parameter(&parameter.ty, given)?,
                (None, Some(default)) => {
                    let value = self.value(default)?;
                    Place::new(self.converted(&parameter.ty, value)?)
                }
                (None, None) => Place::new(self.zero(&parameter.ty)?),
            };
            frame.names.push((parameter.name, place));
        }
        frame.rest = given.map(|given| given.value).collect();
        self.frames.push(frame);
        let result = self.initialise(function).and_then(|()| self.execute_all(&function.body));
        self.frames.pop();
        self.returned = self.returned.take().filter(|_| refers);
        let flow = result?;
        self.at_line(line);
        Ok(match flow {
            Flow::Return(value) if matches!(function.returns, Type::Void) => {
                let _ = value;
                Value::Nothing
            }
            Flow::Return(value) => self.converted(&function.returns, value)?,
            // A function that should return something and does not gives what is in the register.
            _ => {
                let name = format!("{}()", self.name(function.name));
                match &function.returns {
                    Type::Void | Type::Auto | Type::Reference(_) | Type::Class(_) => Value::Nothing,
                    Type::Int(ty) => self.ask_number(&name, *ty, 0),
                    Type::Float | Type::Double => self.ask_float(&name, 0.0),
                    other => self.zero(other)?,
                }
            }
        })
    }

    fn parameter(&mut self, ty: &Type, given: Given) -> Result<Place, Halt> {
        let Type::Reference(inner) = ty else {
            if matches!(ty, Type::String) && (given.place.is_some() || matches!(given.value, Value::Pointer(_))) {
                self.takes_new_string(&given.value);
            }
            return Ok(Place::new(self.converted(ty, given.value)?));
        };
        let same_kind = match (&**inner, &given.value) {
            (Type::String, value) => matches!(value, Value::String(_)),
            (Type::Int(ty), Value::Int(int)) => *ty == int.ty,
            (Type::Float | Type::Double, value) => matches!(value, Value::Float(..)),
            _ => true,
        };
        if let Some(place) = given.place.filter(|_| same_kind) {
            return Ok(place);
        }
        if matches!(**inner, Type::String) && matches!(given.value, Value::Pointer(_)) {
            self.takes_new_string(&given.value);
        }
        Ok(Place::new(self.converted(inner, given.value)?))
    }

    /// What stands between a constructor's brackets and its body.
    fn initialise(&mut self, function: &Rc<Function>) -> Result<(), Halt> {
        let Some((class, place)) = self.frames.last().and_then(|frame| frame.this.clone()) else { return Ok(()) };
        for (name, arguments) in &function.initialisers {
            let Some(field) = self.field_place(&place, *name) else {
                // A base class.
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.value(argument)?);
                }
                let given = values.iter().map(|value| Given { value: value.clone(), place: None }).collect::<Vec<_>>();
                if *name != class
                    && let Some(constructor) = self.method(*name, *name, &given)
                {
                    self.call_function(&constructor, given, Some((class, place.clone())))?;
                }
                continue;
            };
            let ty = self.field_type(class, *name);
            let value = match ty {
                Some(ty @ (Type::Class(_) | Type::String)) => self.construct(&ty, arguments)?,
                _ => match arguments.first() {
                    Some(argument) => self.value(argument)?,
                    None => continue,
                },
            };
            // `Stream &port` and `SoftwareSerial port` take the port as it is.
            let value = match (value, arguments.first()) {
                (Value::Library, Some(argument)) => match self.value(argument)? {
                    port @ Value::Port(_) => port,
                    _ => continue,
                },
                (value, _) => value,
            };
            self.name_port(&value, *name);
            let _ = field.change(|kept| match (&*kept, &value) {
                (Value::Null | Value::Library, value) => *kept = value.clone(),
                _ => kept.take(&value),
            });
        }
        Ok(())
    }

    fn field_type(&self, class: Symbol, name: Symbol) -> Option<Type> {
        let mut class = class;
        for _ in 0..16 {
            let found = self.program.classes.get(&class)?;
            if let Some(field) = found.fields.iter().find(|field| field.name == name) {
                return Some(field.ty.clone());
            }
            class = *found.bases.first()?;
        }
        None
    }
}
