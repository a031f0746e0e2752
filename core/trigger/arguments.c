/* SPDX-License-Identifier: MIT */
#include "trigger/arguments.h"

#include "base/error.h"
#include "base/parse.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

execz_status
ez_build_fail(ez_build *build, size_t column, const char *format, ...)
{
    char message[sizeof build->err->message];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    build->column = column;
    return ez_fail(build->err, EXECZ_E_PARSE, "%s", message);
}

execz_status
ez_build_blame(ez_build *build, const ez_syntax_argument *argument, execz_status status)
{
    build->column = argument->value_column;
    if (argument->key != NULL) {
        ez_error_prefix(build->err, "%s: ", argument->key);
    }
    return status;
}

ez_moment
ez_build_take_anchor(ez_build *build)
{
    build->anchored = true;
    return (ez_moment){build->defaults->anchor, false};
}

char *
ez_words_join(const char *const *words, size_t n)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < n; i++) {
        g_string_append(text, i == 0 ? "" : i + 1 == n ? " and " : ", ");
        g_string_append(text, words[i]);
    }
    return g_string_free(text, FALSE);
}

static bool
is_known(const ez_signature *signature, const char *key)
{
    for (size_t i = 0; i < signature->n_keys; i++) {
        if (strcmp(signature->keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static execz_status
fail_unknown_key(ez_build *build, const ez_syntax_call *call, const ez_signature *signature,
                 const ez_syntax_argument *argument)
{
    g_autofree char *known = ez_words_join(signature->keys, signature->n_keys);
    const char *nearest = ez_nearest(argument->key, signature->keys, signature->n_keys);
    g_autofree char *hint =
        nearest == NULL ? g_strdup("") : g_strdup_printf(", did you mean \"%s\"?", nearest);

    return ez_build_fail(build, argument->column, "unknown key '%s'%s%s %s knows %s", argument->key,
                         hint, nearest == NULL ? ";" : "", call->name, known);
}

/* Whether an argument is a raw value without a key behind another raw value, as the 30 in "minute=0,
 * 30". */
static bool
is_list_item(const ez_syntax_call *call, guint index)
{
    const ez_syntax_argument *argument = g_ptr_array_index(call->arguments, index);
    const ez_syntax_argument *before =
        index > 0 ? g_ptr_array_index(call->arguments, index - 1) : NULL;

    return argument->key == NULL && argument->value != NULL && !argument->is_quoted &&
           before != NULL && before->value != NULL && !before->is_quoted;
}

static execz_status
fail_list_item(ez_build *build, const ez_syntax_call *call, guint index)
{
    const ez_syntax_argument *argument = g_ptr_array_index(call->arguments, index);
    const ez_syntax_argument *before = g_ptr_array_index(call->arguments, index - 1);
    g_autoptr(GString) list = g_string_new(before->value);
    const char *key = before->key != NULL ? before->key : "";

    for (; index < call->arguments->len && is_list_item(call, index); index++) {
        const ez_syntax_argument *item = g_ptr_array_index(call->arguments, index);

        g_string_append_printf(list, ",%s", item->value);
    }
    return ez_build_fail(build, argument->column,
                         "'%s' has no key; a list is written in quotes, did you mean %s%s\"%s\"?",
                         argument->value, key, *key != '\0' ? "=" : "", list->str);
}

static execz_status
check_argument(ez_build *build, const ez_syntax_call *call, const ez_signature *signature,
               guint index)
{
    const ez_syntax_argument *argument = g_ptr_array_index(call->arguments, index);
    const char *key = argument->key != NULL ? argument->key : signature->bare_key;
    const ez_syntax_argument *first;

    if (argument->call != NULL && signature->takes_triggers) {
        return EXECZ_OK;
    }
    if (argument->call != NULL) {
        return ez_build_fail(build, argument->column,
                             "%s takes no trigger within it, but there is '%s'", call->name,
                             argument->call->name);
    }
    first = key != NULL ? ez_arguments_find(call, signature, key) : NULL;
    if (first != argument && is_list_item(call, index)) {
        return fail_list_item(build, call, index);
    }
    if (key == NULL) {
        g_autofree char *known = ez_words_join(signature->keys, signature->n_keys);

        return ez_build_fail(build, argument->column,
                             "'%s' needs a key in front of it; %s knows %s", argument->value,
                             call->name, known);
    }
    if (!is_known(signature, key)) {
        return fail_unknown_key(build, call, signature, argument);
    }
    if (first != argument) {
        return ez_build_fail(build, argument->column, "'%s' is given twice, first in column %zu",
                             key, first->column);
    }
    return EXECZ_OK;
}

execz_status
ez_arguments_check(ez_build *build, const ez_syntax_call *call, const ez_signature *signature)
{
    for (guint i = 0; i < call->arguments->len; i++) {
        execz_status status = check_argument(build, call, signature, i);

        if (status != EXECZ_OK) {
            return status;
        }
    }
    return EXECZ_OK;
}

const ez_syntax_argument *
ez_arguments_find(const ez_syntax_call *call, const ez_signature *signature, const char *key)
{
    for (guint i = 0; i < call->arguments->len; i++) {
        const ez_syntax_argument *argument = g_ptr_array_index(call->arguments, i);
        const char *name = argument->key != NULL ? argument->key : signature->bare_key;

        if (argument->call == NULL && name != NULL && strcmp(name, key) == 0) {
            return argument;
        }
    }
    return NULL;
}
