/* SPDX-License-Identifier: MIT */
#include "plugin/option_value.h"

#include "base/error.h"
#include "base/parse.h"

#include <string.h>

bool
ez_option_is_number(const execz_option *option)
{
    return option->type == EXECZ_OPTION_INT || option->type == EXECZ_OPTION_BOOL ||
           option->type == EXECZ_OPTION_DURATION || option->type == EXECZ_OPTION_SIZE;
}

static bool
has_range(const execz_option *option)
{
    return ez_option_is_number(option) && option->type != EXECZ_OPTION_BOOL;
}

static execz_status
parse_number(uint32_t type, const char *text, int64_t *out, execz_error *err)
{
    bool truth = false;
    execz_status status;

    switch (type) {
    case EXECZ_OPTION_INT:
        return ez_parse_i64(text, out, err);
    case EXECZ_OPTION_DURATION:
        return ez_parse_duration(text, out, err);
    case EXECZ_OPTION_SIZE:
        return ez_parse_size(text, out, err);
    default:
        status = ez_parse_bool(text, &truth, err);
        if (status == EXECZ_OK) {
            *out = truth;
        }
        return status;
    }
}

/* "A..B" of the option's type, either end may be missing. */
static execz_status
parse_range(const execz_option *option, int64_t *low, int64_t *high, execz_error *err)
{
    const char *dots = strstr(option->allowed, "..");
    g_autofree char *first = NULL;
    execz_status status = EXECZ_OK;

    *low = INT64_MIN;
    *high = INT64_MAX;
    if (option->allowed[0] == '\0') {
        return EXECZ_OK;
    }
    if (dots == NULL || strlen(option->allowed) == strlen("..")) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s' is not a range like 1..10", option->allowed);
    }
    first = g_strndup(option->allowed, (gsize)(dots - option->allowed));
    if (first[0] != '\0') {
        status = parse_number(option->type, first, low, err);
    }
    if (status == EXECZ_OK && dots[2] != '\0') {
        status = parse_number(option->type, dots + 2, high, err);
    }
    if (status == EXECZ_OK && *low > *high) {
        return ez_fail(err, EXECZ_E_PARSE, "the range '%s' is empty", option->allowed);
    }
    return status;
}

/* "at least 1", "at most 5", "1 to 5", in the plugin's own words for its limits. */
static char *
describe_range(const execz_option *option)
{
    const char *dots = strstr(option->allowed, "..");
    int length = (int)(dots - option->allowed);

    if (length == 0) {
        return g_strdup_printf("at most %s", dots + 2);
    }
    if (dots[2] == '\0') {
        return g_strdup_printf("at least %.*s", length, option->allowed);
    }
    return g_strdup_printf("from %.*s to %s", length, option->allowed, dots + 2);
}

static execz_status
check_number(const execz_option *option, const char *text, int64_t *number_out, execz_error *err)
{
    bool secret = (option->flags & EXECZ_OPTION_SECRET) != 0;
    execz_error why = EXECZ_ERROR_INIT;
    int64_t low = INT64_MIN, high = INT64_MAX, number = 0;

    if (parse_number(option->type, text, &number, &why) != EXECZ_OK) {
        return ez_plugin_fail(err, EZ_P_OPTION_TYPE, "%s",
                              secret ? "the value (secret, not shown) is not of the option's type"
                                     : why.message);
    }
    if (has_range(option) && parse_range(option, &low, &high, NULL) == EXECZ_OK &&
        (number < low || number > high)) {
        g_autofree char *range = describe_range(option);

        return ez_plugin_fail(err, EZ_P_OPTION_RANGE, "%s is out of range; it must be %s",
                              secret ? "the value (secret, not shown)" : text, range);
    }
    *number_out = number;
    return EXECZ_OK;
}

static execz_status
check_choice(const execz_option *option, const char *text, execz_error *err)
{
    bool secret = (option->flags & EXECZ_OPTION_SECRET) != 0;
    g_auto(GStrv) choices = g_strsplit(option->allowed, "|", -1);
    g_autofree char *list = g_strjoinv(", ", choices);
    const char *near = NULL;

    if (g_strv_contains((const char *const *)choices, text)) {
        return EXECZ_OK;
    }
    if (secret) {
        return ez_plugin_fail(err, EZ_P_OPTION_RANGE, "the value (secret, not shown) is none of %s",
                              list);
    }
    near = ez_nearest(text, (const char *const *)choices, g_strv_length(choices));
    return ez_plugin_fail(err, EZ_P_OPTION_RANGE, "'%s' is none of %s%s%s%s", text, list,
                          near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                          near == NULL ? "" : "\"?");
}

execz_status
ez_option_check(const execz_option *option, const char *text, int64_t *number_out, execz_error *err)
{
    if (ez_option_is_number(option)) {
        return check_number(option, text, number_out, err);
    }
    if (option->type == EXECZ_OPTION_CHOICE) {
        return check_choice(option, text, err);
    }
    if (option->type == EXECZ_OPTION_PATH && text[0] == '\0') {
        return ez_plugin_fail(err, EZ_P_OPTION_TYPE,
                              "the path is empty; write one, or remove the line");
    }
    return EXECZ_OK;
}

execz_status
ez_option_check_allowed(const execz_option *option, execz_error *err)
{
    int64_t low, high;

    if (has_range(option)) {
        return parse_range(option, &low, &high, err);
    }
    if (option->type == EXECZ_OPTION_CHOICE && option->allowed[0] == '\0') {
        return ez_fail(err, EXECZ_E_PARSE, "a choice has nothing to choose from");
    }
    if (option->type != EXECZ_OPTION_CHOICE && option->allowed[0] != '\0') {
        return ez_fail(err, EXECZ_E_PARSE, "'%s' means nothing for this type of option",
                       option->allowed);
    }
    return EXECZ_OK;
}
