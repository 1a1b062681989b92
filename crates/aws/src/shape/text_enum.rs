//! The macro behind every enum of the service model.

/// An enum of texts. A text the service does not list is kept as `Other`, so that the check of
/// constraints can name it; past that check it never occurs.
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A text the service does not list. Refused by `Input::validate`.
            Other(Box<str>),
        }

        impl $name {
            /// Every text the service lists, in its order.
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::shape::FromJson for $name {
            fn from_json(json: $crate::shape::Json<'_>) -> Result<Self, $crate::shape::Malformed> {
                Ok(Self::from(&*json.text("a String")?))
            }
        }

        impl $crate::shape::FromText for $name {
            fn from_text(text: &str) -> Result<Self, $crate::shape::Malformed> {
                Ok(Self::from(text))
            }
        }

        impl $crate::shape::constraint::Subject for $name {
            fn measure(&self) -> $crate::shape::constraint::Measure<'_> {
                $crate::shape::constraint::Measure::Text(self.as_str())
            }

            fn print(&self, out: &mut String) {
                out.push_str(self.as_str());
            }
        }
    };
}

pub(crate) use text_enum;
