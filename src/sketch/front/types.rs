//! Types and declarators.

use std::rc::Rc;

use tree_sitter::Node;

use super::{Front, children};
use crate::sketch::syntax::{IntType, Symbol, Type};

/// What a declarator says: the name, the type around it.
pub(super) struct Declared {
    pub(super) name: Option<Symbol>,
    /// `Class` of `Class::name`.
    pub(super) class: Option<Symbol>,
    pub(super) ty: Type,
}

impl Front<'_> {
    /// The type that a declaration begins with.
    pub(super) fn base_type(&mut self, node: Node<'_>) -> Type {
        match node.child_by_field_name("type") {
            Some(ty) => self.type_node(ty),
            None => Type::Auto,
        }
    }

    pub(super) fn type_node(&mut self, node: Node<'_>) -> Type {
        match node.kind() {
            "primitive_type" | "type_identifier" => {
                let name = self.text_of(node);
                self.type_named(&name)
            }
            "sized_type_specifier" => self.sized(&self.text_of(node)),
            "qualified_identifier" => match node.child_by_field_name("name") {
                Some(name) => self.type_node(name),
                None => Type::Auto,
            },
            "struct_specifier" | "class_specifier" | "union_specifier" => Type::Class(self.class(node)),
            "enum_specifier" => {
                self.enumeration(node);
                Type::Int(self.chip.int())
            }
            "template_type" => match node.child_by_field_name("name") {
                Some(name) => {
                    let name = self.text_of(name);
                    Type::Class(self.program.symbols.of(&name))
                }
                None => Type::Auto,
            },
            "type_descriptor" => {
                let base = self.base_type(node);
                match node.child_by_field_name("declarator") {
                    Some(declarator) => self.declarator(declarator, base).ty,
                    None => base,
                }
            }
            _ => Type::Auto,
        }
    }

    pub(super) fn type_named(&mut self, name: &str) -> Type {
        if let Some(ty) = self.aliases.get(name) {
            return ty.clone();
        }
        self.core_type(name).unwrap_or_else(|| Type::Class(self.program.symbols.of(name)))
    }

    /// The types of C and of the Arduino core.
    pub(super) fn core_type(&self, name: &str) -> Option<Type> {
        let int = match name {
            "void" => return Some(Type::Void),
            "auto" => return Some(Type::Auto),
            "float" => return Some(Type::Float),
            "double" => return Some(Type::Double),
            "String" | "string" => return Some(Type::String),
            "bool" | "boolean" => IntType::Bool,
            "char" => IntType::Char,
            "int8_t" => IntType::I8,
            "uint8_t" | "byte" | "uchar" => IntType::U8,
            "int16_t" | "short" => IntType::I16,
            "uint16_t" | "word" | "ushort" => IntType::U16,
            "int32_t" | "long" => IntType::I32,
            "uint32_t" | "ulong" | "time_t" => IntType::U32,
            "int64_t" => IntType::I64,
            "uint64_t" => IntType::U64,
            "int" | "ssize_t" | "ptrdiff_t" => self.chip.int(),
            "size_t" | "unsigned" | "uintptr_t" | "uint" => self.chip.unsigned_int(),
            _ => return None,
        };
        Some(Type::Int(int))
    }

    /// `unsigned long`, in any order of its words.
    fn sized(&self, text: &str) -> Type {
        let words: Vec<&str> = text.split_whitespace().collect();
        let unsigned = words.contains(&"unsigned");
        let longs = words.iter().filter(|word| **word == "long").count();
        if words.contains(&"double") {
            return Type::Double;
        }
        Type::Int(match (words.contains(&"char"), words.contains(&"short"), longs, unsigned) {
            (true, _, _, true) => IntType::U8,
            (true, _, _, false) => IntType::I8,
            (_, true, _, true) => IntType::U16,
            (_, true, _, false) => IntType::I16,
            (_, _, 0, true) => self.chip.unsigned_int(),
            (_, _, 0, false) => self.chip.int(),
            (_, _, 1, true) => IntType::U32,
            (_, _, 1, false) => IntType::I32,
            (_, _, _, true) => IntType::U64,
            (_, _, _, false) => IntType::I64,
        })
    }

    /// Whether a name is a type that is known without looking at how it is used.
    pub(super) fn is_type(&self, name: &str) -> bool {
        self.aliases.contains_key(name) || self.class_names.contains(name) || self.core_type(name).is_some()
    }

    /// Follows a declarator to its name.
    pub(super) fn declarator(&mut self, node: Node<'_>, base: Type) -> Declared {
        if self.depth > super::DEEPEST {
            return Declared { name: None, class: None, ty: base };
        }
        self.depth += 1;
        let found = self.declarator_inside(node, base);
        self.depth -= 1;
        found
    }

    fn declarator_inside(&mut self, node: Node<'_>, base: Type) -> Declared {
        let inner = node.child_by_field_name("declarator");
        let (inner, base) = match node.kind() {
            "identifier" | "field_identifier" | "type_identifier" | "destructor_name" | "operator_name" => {
                return Declared { name: Some(self.symbol(node)), class: None, ty: base };
            }
            "qualified_identifier" => {
                let scope = node.child_by_field_name("scope").map(|scope| self.symbol(scope));
                let Some(name) = node.child_by_field_name("name") else {
                    return Declared { name: None, class: scope, ty: base };
                };
                let found = self.declarator(name, base);
                return Declared { class: found.class.or(scope), ..found };
            }
            "pointer_declarator" | "abstract_pointer_declarator" => (inner, Type::Pointer(Rc::new(base))),
            "reference_declarator" | "abstract_reference_declarator" => {
                let inner = children(node).into_iter().next();
                (inner, Type::Reference(Rc::new(base)))
            }
            "array_declarator" | "abstract_array_declarator" => {
                let size = node.child_by_field_name("size").map(|size| Rc::new(self.expression(size)));
                (inner, Type::Array(Rc::new(base), size))
            }
            "function_declarator" | "abstract_function_declarator" => (inner, Type::Function),
            "init_declarator" => (inner, base),
            _ => (inner.or_else(|| children(node).into_iter().last()), base),
        };
        match inner {
            Some(inner) => self.declarator(inner, base),
            None => Declared { name: None, class: None, ty: base },
        }
    }
}
