/* SPDX-License-Identifier: MIT */
/* The grammar of a trigger's text, in EBNF:
 *
 *   text     = blanks , call , blanks ;
 *   call     = name , blanks , "(" , blanks , [ argument , { "," , argument } ] , ")" ;
 *   argument = blanks , ( call | [ name , blanks , "=" , blanks ] , value ) , blanks ;
 *   value    = quoted | raw ;
 *   quoted   = '"' , { plain | "\" , ( '"' | "\" ) } , '"' ;
 *   raw      = rawchar , { rawchar } ;             blanks at its end do not belong to it
 *   name     = letter , { letter | digit | "_" } ;
 *   plain    = any character but '"' and "\" ;
 *   rawchar  = any character but "," "(" ")" '"' ;
 *   blanks   = { " " | tab | line end } ;
 *
 * A value is raw text because only its kind knows what it means: times, cron fields and lists look
 * like nothing a lexer could guess.  What a raw value may not hold, a quoted one may.  A
 * parenthesis within a raw value is refused instead of balanced: "key=call()" would look like a
 * nested trigger and be none.
 *
 * Invariants: the parser reads each byte a bounded number of times; its recursion ends at
 * EZ_SYNTAX_NESTING_MAX; every failure leaves the column of the offending byte. */
#include "trigger/syntax.h"

#include "base/error.h"

#include <string.h>

typedef struct parser {
    const char *text; /* borrowed, for columns */
    const char *at;
    unsigned nesting;
    size_t column; /* of the failure */
    execz_error *err;
} parser;

static execz_status parse_call(parser *self, ez_syntax_call **call_out);

static size_t
column_of(const parser *self, const char *at)
{
    return (size_t)(at - self->text) + 1;
}

/* Notes the place of a failure that is described in the same statement. */
static execz_error *
blame(parser *self, const char *at)
{
    self->column = column_of(self, at);
    return self->err;
}

static const char *
skip_blanks(const char *at)
{
    while (g_ascii_isspace(*at)) {
        at++;
    }
    return at;
}

static const char *
skip_name(const char *at)
{
    if (!g_ascii_isalpha(*at)) {
        return at;
    }
    while (g_ascii_isalnum(*at) || *at == '_') {
        at++;
    }
    return at;
}

static void
argument_free(void *data)
{
    ez_syntax_argument *self = data;

    g_free(self->key);
    g_free(self->value);
    ez_syntax_call_free(self->call);
    g_free(self);
}

void
ez_syntax_call_free(ez_syntax_call *self)
{
    if (self == NULL) {
        return;
    }
    g_free(self->name);
    g_ptr_array_unref(self->arguments);
    g_free(self);
}

/* Takes length bytes as a name or value. */
static execz_status
take_word(parser *self, const char *start, size_t length, char **word_out)
{
    if (length > EZ_SYNTAX_WORD_MAX) {
        return ez_fail(blame(self, start), EXECZ_E_LIMIT,
                       "a name or value of %zu bytes is too long, the limit is %d", length,
                       EZ_SYNTAX_WORD_MAX);
    }
    *word_out = g_strndup(start, length);
    return EXECZ_OK;
}

static execz_status
parse_quoted(parser *self, char **value_out)
{
    g_autoptr(GString) value = g_string_new(NULL);
    const char *start = self->at;
    const char *at = start + 1;

    for (; *at != '"'; at++) {
        if (*at == '\0') {
            return ez_fail(blame(self, start), EXECZ_E_PARSE,
                           "the quoted text that begins here has no closing '\"'");
        }
        if (*at == '\\' && *++at != '"' && *at != '\\') {
            return ez_fail(blame(self, at - 1), EXECZ_E_PARSE,
                           "a '\\' in quoted text must be followed by '\"' or another '\\'");
        }
        g_string_append_c(value, *at);
    }
    self->at = at + 1;
    if (value->len > EZ_SYNTAX_WORD_MAX) {
        return ez_fail(blame(self, start), EXECZ_E_LIMIT,
                       "a name or value of %zu bytes is too long, the limit is %d", value->len,
                       EZ_SYNTAX_WORD_MAX);
    }
    *value_out = g_strdup(value->str);
    return EXECZ_OK;
}

static execz_status
parse_raw(parser *self, const char *key, char **value_out)
{
    const char *start = self->at;
    const char *end = start + strcspn(start, ",()\"");

    if (*end == '(' || *end == '"') {
        return ez_fail(
            blame(self, end), EXECZ_E_PARSE,
            "unexpected '%c' within a value; a value with one of , ( ) \" is written in quotes",
            *end);
    }
    self->at = end;
    while (end > start && g_ascii_isspace(end[-1])) {
        end--;
    }
    if (end > start) {
        return take_word(self, start, (size_t)(end - start), value_out);
    }
    if (key != NULL) {
        return ez_fail(blame(self, start), EXECZ_E_PARSE, "the value of '%s' is missing", key);
    }
    return ez_fail(blame(self, start), EXECZ_E_PARSE, "an argument is missing here");
}

/* Takes "name =" if it comes next. */
static execz_status
parse_key(parser *self, ez_syntax_argument *argument)
{
    const char *end = skip_name(self->at);
    const char *equals = skip_blanks(end);
    execz_status status;

    if (end == self->at || *equals != '=') {
        return EXECZ_OK;
    }
    status = take_word(self, self->at, (size_t)(end - self->at), &argument->key);
    self->at = skip_blanks(equals + 1);
    return status;
}

static execz_status
parse_value(parser *self, ez_syntax_argument *argument)
{
    const char *name_end = skip_name(self->at);

    argument->value_column = column_of(self, self->at);
    if (*self->at == '"') {
        argument->is_quoted = true;
        return parse_quoted(self, &argument->value);
    }
    if (argument->key == NULL && name_end > self->at && *skip_blanks(name_end) == '(') {
        return parse_call(self, &argument->call);
    }
    return parse_raw(self, argument->key, &argument->value);
}

static execz_status
parse_argument(parser *self, ez_syntax_call *call)
{
    ez_syntax_argument *argument = g_new0(ez_syntax_argument, 1);
    execz_status status;

    g_ptr_array_add(call->arguments, argument);
    self->at = skip_blanks(self->at);
    argument->column = column_of(self, self->at);
    status = parse_key(self, argument);
    if (status == EXECZ_OK) {
        status = parse_value(self, argument);
    }
    self->at = skip_blanks(self->at);
    return status;
}

/* Parses from behind the "(" to behind the ")". */
static execz_status
parse_arguments(parser *self, ez_syntax_call *call)
{
    self->at = skip_blanks(self->at);
    if (*self->at == ')') {
        self->at++;
        return EXECZ_OK;
    }
    for (;;) {
        execz_status status = *self->at == '\0' ? EXECZ_OK : parse_argument(self, call);

        if (status != EXECZ_OK) {
            return status;
        }
        if (*self->at == '\0') {
            return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                           "the ')' is missing that closes '%s(' in column %zu", call->name,
                           call->column);
        }
        if (*self->at != ',' && *self->at != ')') {
            return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                           "',' or ')' is missing before '%.20s'", self->at);
        }
        if (*self->at++ == ')') {
            return EXECZ_OK;
        }
    }
}

static execz_status
parse_call(parser *self, ez_syntax_call **call_out)
{
    g_autoptr(ez_syntax_call) call = g_new0(ez_syntax_call, 1);
    const char *end = skip_name(self->at);
    execz_status status;

    call->arguments = g_ptr_array_new_with_free_func(argument_free);
    call->column = column_of(self, self->at);
    if (end == self->at || *skip_blanks(end) != '(') {
        return ez_fail(blame(self, end), EXECZ_E_PARSE,
                       "a trigger is written as name(...), e.g. interval(hours=6)");
    }
    if (self->nesting == EZ_SYNTAX_NESTING_MAX) {
        return ez_fail(blame(self, self->at), EXECZ_E_LIMIT,
                       "triggers are nested too deep, the limit is %d", EZ_SYNTAX_NESTING_MAX);
    }
    status = take_word(self, self->at, (size_t)(end - self->at), &call->name);
    if (status == EXECZ_OK) {
        self->at = skip_blanks(end) + 1;
        self->nesting++;
        status = parse_arguments(self, call);
        self->nesting--;
    }
    if (status == EXECZ_OK) {
        *call_out = g_steal_pointer(&call);
    }
    return status;
}

execz_status
ez_syntax_check_characters(const char *text, size_t *column_out, execz_error *err)
{
    const char *end = NULL;

    if (!g_utf8_validate(text, -1, &end)) {
        *column_out = (size_t)(end - text) + 1;
        return ez_fail(err, EXECZ_E_PARSE, "byte 0x%02x is not UTF-8", (unsigned char)*end);
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at) && !g_ascii_isspace(*at)) {
            *column_out = (size_t)(at - text) + 1;
            return ez_fail(err, EXECZ_E_PARSE, "control character 0x%02x is not allowed",
                           (unsigned char)*at);
        }
    }
    return EXECZ_OK;
}

static execz_status
parse_text(parser *self, ez_syntax_call **call_out)
{
    g_autoptr(ez_syntax_call) call = NULL;
    execz_status status = ez_syntax_check_characters(self->text, &self->column, self->err);

    if (status != EXECZ_OK) {
        return status;
    }
    self->at = skip_blanks(self->at);
    status = parse_call(self, &call);
    if (status != EXECZ_OK) {
        return status;
    }
    self->at = skip_blanks(self->at);
    if (*self->at != '\0') {
        return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                       "unexpected text behind the trigger: '%s'", self->at);
    }
    *call_out = g_steal_pointer(&call);
    return EXECZ_OK;
}

execz_status
ez_syntax_parse(const char *text, ez_syntax_call **call_out, size_t *column_out, execz_error *err)
{
    parser self = {.text = text, .at = text, .column = 1, .err = err};
    size_t length = strlen(text);
    execz_status status;

    if (length > EZ_SYNTAX_TEXT_MAX) {
        *column_out = EZ_SYNTAX_TEXT_MAX + 1;
        return ez_fail(err, EXECZ_E_LIMIT, "a trigger of %zu bytes is too long, the limit is %d",
                       length, EZ_SYNTAX_TEXT_MAX);
    }
    status = parse_text(&self, call_out);
    if (status != EXECZ_OK) {
        *column_out = self.column;
    }
    return status;
}

/* A bare value that begins like "key=" would be read as one. */
static bool
needs_quotes(const char *key, const char *value)
{
    size_t length = strlen(value);

    if (length == 0 || g_ascii_isspace(value[0]) || g_ascii_isspace(value[length - 1])) {
        return true;
    }
    return strpbrk(value, ",()\"") != NULL || (key == NULL && strchr(value, '=') != NULL);
}

void
ez_syntax_append(GString *text, const char *key, const char *value)
{
    if (text->len > 0 && text->str[text->len - 1] != '(') {
        g_string_append(text, ", ");
    }
    if (key != NULL) {
        g_string_append_printf(text, "%s=", key);
    }
    if (!needs_quotes(key, value)) {
        g_string_append(text, value);
        return;
    }
    g_string_append_c(text, '"');
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            g_string_append_c(text, '\\');
        }
        g_string_append_c(text, *at);
    }
    g_string_append_c(text, '"');
}
