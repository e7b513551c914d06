"""The part of form-js 1.23 that a pack may use: components, their attributes, what they hold.

Everything else is refused at publishing, so that what the browser draws and what the server
checks is the same (FRONTEND section 6, SECURITY UP-22).
"""

from typing import Final

#: component -> type of its value in FEEL; ``date`` of a datetime follows its ``subtype``
VALUES: Final = {
    "textfield": "string",
    "textarea": "string",
    "number": "number",
    "datetime": "date",
    "checkbox": "boolean",
    "radio": "string",
    "select": "string",
    "checklist": "list",
    "taglist": "list",
    "filepicker": "list",
    "expression": "any",
}
#: subtype of a datetime -> type of its value
DATES: Final = {"date": "date", "time": "time", "datetime": "dateTime"}

#: components that hold other components
CONTAINERS: Final = frozenset({"group", "dynamiclist"})

#: components that show something and have no value
SHOWN: Final = frozenset({"text", "image", "table", "separator", "spacer", "button"})

#: script and framing surface
REFUSED: Final = frozenset({"html", "iframe", "documentPreview"})

#: components whose answer must be one, or several, of given options
ONE_OF: Final = frozenset({"radio", "select"})
MANY_OF: Final = frozenset({"checklist", "taglist"})

TEXTS: Final = frozenset({"textfield", "textarea"})

#: most rows of a dynamic list (SECURITY BU-2)
MOST_ROWS: Final = 200

_COMMON: Final = frozenset(
    {
        "type",
        "id",
        "key",
        "label",
        "description",
        "layout",
        "properties",
        "conditional",
        "disabled",
        "readonly",
        "appearance",
        "validate",
        "defaultValue",
    }
)
_OPTIONS: Final = frozenset({"values", "valuesKey", "valuesExpression", "searchable"})
_BOX: Final = frozenset({"path", "components", "showOutline", "verticalAlignment"})
_OWN: Final = {
    "number": frozenset({"decimalDigits", "increment", "serializeToString"}),
    "datetime": frozenset(
        {
            "subtype",
            "dateLabel",
            "timeLabel",
            "use24h",
            "disallowPassedDates",
            "timeInterval",
            "timeSerializingFormat",
        }
    ),
    "group": _BOX,
    "dynamiclist": _BOX
    | {
        "isRepeating",
        "allowAddRemove",
        "defaultRepetitions",
        "nonCollapsedItems",
        "disableCollapse",
    },
    "expression": frozenset({"expression", "computeOn"}),
    "filepicker": frozenset({"accept", "multiple"}),
    "text": frozenset({"text"}),
    "image": frozenset({"source", "alt"}),
    "table": frozenset({"dataSource", "rowCount", "columns", "columnsExpression"}),
    "spacer": frozenset({"height"}),
    "button": frozenset({"action"}),
    **dict.fromkeys(ONE_OF | MANY_OF, _OPTIONS),
}

#: attributes of ``validate``; the last two are ours, for dynamic lists
VALIDATE: Final = frozenset(
    {
        "required",
        "min",
        "max",
        "minLength",
        "maxLength",
        "pattern",
        "patternErrorMessage",
        "validationType",
        "minItems",
        "maxItems",
    }
)

#: attributes of the form itself
FORM: Final = frozenset(
    {
        "type",
        "id",
        "components",
        "schemaVersion",
        "exporter",
        "executionPlatform",
        "executionPlatformVersion",
        "versionTag",
        "title",
        "description",
    }
)


def attributes(component: str) -> frozenset[str]:
    """Every attribute this component may have."""
    return _COMMON | _OWN.get(component, frozenset())


def is_known(component: str) -> bool:
    """True for a component of the allowed subset."""
    return component in VALUES or component in CONTAINERS or component in SHOWN
