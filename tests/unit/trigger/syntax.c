/* SPDX-License-Identifier: MIT */
#include "trigger/syntax.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_syntax_call *
parsed(const char *text)
{
    ez_syntax_call *call = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_syntax_parse(text, &call, &column, &err), EXECZ_OK), "%s: %zu: %s", text,
              column, err.message);
    return call;
}

static const ez_syntax_argument *
argument(const ez_syntax_call *call, guint index)
{
    cr_assert(lt(uint, index, call->arguments->len));
    return g_ptr_array_index(call->arguments, index);
}

/* The status of a text that must be refused; *column_out is where. */
static execz_status
refused(const char *text, size_t *column_out)
{
    g_autoptr(ez_syntax_call) call = NULL;
    execz_status status = ez_syntax_parse(text, &call, column_out, NULL);

    cr_expect(call == NULL, "untouched on failure");
    return status;
}

/* depth triggers within each other: "a(a(a()))". */
static char *
nested(unsigned depth)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < depth; i++) {
        g_string_append(text, "a(");
    }
    for (unsigned i = 0; i < depth; i++) {
        g_string_append_c(text, ')');
    }
    return g_string_free(text, FALSE);
}

Test(syntax, arguments_have_keys_values_and_columns)
{
    g_autoptr(ez_syntax_call) call = parsed("cron(minute=*/5, day_of_week=mon-fri)");

    cr_expect(eq(str, call->name, (char *)"cron"));
    cr_expect(eq(str, argument(call, 0)->key, (char *)"minute"));
    cr_expect(eq(str, argument(call, 0)->value, (char *)"*/5"));
    cr_expect(eq(str, argument(call, 1)->value, (char *)"mon-fri"));
    cr_expect(eq(sz, argument(call, 1)->column, 18));
    cr_expect(eq(sz, argument(call, 1)->value_column, 30));
}

Test(syntax, blanks_between_tokens_mean_nothing)
{
    g_autoptr(ez_syntax_call) call = parsed(" \tcron ( hour = 2 ,\n minute = 5 ) ");

    cr_expect(eq(str, argument(call, 0)->value, (char *)"2"));
    cr_expect(eq(str, argument(call, 1)->key, (char *)"minute"));
    cr_expect(eq(str, argument(call, 1)->value, (char *)"5"));
}

Test(syntax, a_raw_value_keeps_the_blanks_and_signs_within)
{
    g_autoptr(ez_syntax_call) call = parsed("date(2027-01-01 09:00:00+05:30 )");

    cr_expect(argument(call, 0)->key == NULL);
    cr_expect(eq(str, argument(call, 0)->value, (char *)"2027-01-01 09:00:00+05:30"));
}

Test(syntax, a_quoted_value_may_hold_anything)
{
    g_autoptr(ez_syntax_call) call = parsed("x(hour=\"8,12,16\", \"a \\\"b\\\" \\\\ (c)\")");

    cr_expect(eq(str, argument(call, 0)->value, (char *)"8,12,16"));
    cr_expect(eq(str, argument(call, 1)->value, (char *)"a \"b\" \\ (c)"));
}

Test(syntax, triggers_nest)
{
    g_autoptr(ez_syntax_call) call = parsed("or(interval(hours=6), and (a(), b()), jitter=5s)");
    const ez_syntax_call *second = argument(call, 1)->call;

    cr_expect(eq(str, argument(call, 0)->call->name, (char *)"interval"));
    cr_expect(eq(str, argument(second, 1)->call->name, (char *)"b"));
    cr_expect(eq(sz, argument(second, 1)->call->column, 33));
    cr_expect(eq(str, argument(call, 2)->value, (char *)"5s"));
}

Test(syntax, a_call_without_arguments_has_none)
{
    g_autoptr(ez_syntax_call) call = parsed("shutdown( )");

    cr_expect(eq(uint, call->arguments->len, 0));
}

Test(syntax, nesting_ends_at_its_limit)
{
    g_autofree char *deepest = nested(EZ_SYNTAX_NESTING_MAX);
    g_autofree char *too_deep = nested(EZ_SYNTAX_NESTING_MAX + 1);
    g_autoptr(ez_syntax_call) call = parsed(deepest);
    size_t column = 0;

    cr_expect(call != NULL);
    cr_expect(eq(int, refused(too_deep, &column), EXECZ_E_LIMIT));
    cr_expect(eq(sz, column, 2 * EZ_SYNTAX_NESTING_MAX + 1));
}

Test(syntax, a_text_ends_at_its_limit)
{
    g_autofree char *blanks = g_strnfill(EZ_SYNTAX_TEXT_MAX - 3, ' ');
    g_autofree char *longest = g_strconcat("a()", blanks, NULL);
    g_autofree char *too_long = g_strconcat(longest, " ", NULL);
    g_autoptr(ez_syntax_call) call = parsed(longest);
    size_t column = 0;

    cr_expect(eq(str, call->name, (char *)"a"));
    cr_expect(eq(int, refused(too_long, &column), EXECZ_E_LIMIT));
    cr_expect(eq(sz, column, EZ_SYNTAX_TEXT_MAX + 1));
}

Test(syntax, a_value_or_name_ends_at_its_limit)
{
    g_autofree char *word = g_strnfill(EZ_SYNTAX_WORD_MAX, 'x');
    g_autofree char *longest = g_strdup_printf("%s(%s=%s, \"%s\")", word, word, word, word);
    g_autofree char *name = g_strdup_printf("x%s()", word);
    g_autofree char *key = g_strdup_printf("a(x%s=1)", word);
    g_autofree char *raw = g_strdup_printf("a(x%s)", word);
    g_autofree char *quoted = g_strdup_printf("a(\"x%s\")", word);
    g_autoptr(ez_syntax_call) call = parsed(longest);
    size_t column = 0;

    cr_expect(eq(uint, call->arguments->len, 2));
    cr_expect(eq(int, refused(name, &column), EXECZ_E_LIMIT));
    cr_expect(eq(sz, column, 1));
    cr_expect(eq(int, refused(key, &column), EXECZ_E_LIMIT));
    cr_expect(eq(sz, column, 3));
    cr_expect(eq(int, refused(raw, &column), EXECZ_E_LIMIT));
    cr_expect(eq(sz, column, 3));
    cr_expect(eq(int, refused(quoted, &column), EXECZ_E_LIMIT));
    cr_expect(eq(sz, column, 3));
}

Test(syntax, what_is_appended_is_read_back)
{
    static const char *const values[] = {"6",     "",    " x ",  "a,b",     "(", "say \"hi\"",
                                         "c:\\d", "k=v", "\\\"", "mon-fri", "é"};

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(GString) text = g_string_new("a(");
        g_autoptr(ez_syntax_call) call = NULL;

        ez_syntax_append(text, "key", values[i]);
        ez_syntax_append(text, NULL, values[i]);
        g_string_append_c(text, ')');
        call = parsed(text->str);
        cr_expect(eq(str, argument(call, 0)->value, (char *)values[i]), "%s", text->str);
        cr_expect(eq(str, argument(call, 1)->value, (char *)values[i]), "%s", text->str);
        cr_expect(argument(call, 1)->key == NULL, "%s", text->str);
    }
}

Test(syntax, every_cut_of_a_text_is_refused_within_the_text)
{
    const char *whole = "or(interval(hours=6, start_at=\"a\\\"b\"), date(2027-01-01))";

    for (size_t length = 0; length < strlen(whole); length++) {
        g_autofree char *cut = g_strndup(whole, length);
        size_t column = 0;

        cr_expect(eq(int, refused(cut, &column), EXECZ_E_PARSE), "%s", cut);
        cr_expect(column >= 1 && column <= length + 1, "%s: %zu", cut, column);
    }
}
