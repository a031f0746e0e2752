/* SPDX-License-Identifier: MIT */
#include "config/codes.h"

#include <stdarg.h>
#include <string.h>

typedef struct row {
    const char *text;
    const char *title;
} row;

static const row rows[] = {
#define ROW(name, text, title) {text, title},
    EZ_CONFIG_CODES(ROW)
#undef ROW
};

const char *
ez_config_code_text(ez_config_code code)
{
    return rows[code].text;
}

const char *
ez_config_code_title(ez_config_code code)
{
    return rows[code].title;
}

void
ez_config_problem(ez_report *report, ez_place place, ez_config_code code, const char *format, ...)
{
    g_autofree char *message = NULL;
    g_autofree char *valid = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    valid = g_utf8_make_valid(message, -1); /* an execz_error in it may have been cut short */
    ez_report_add(report, place, rows[code].text, "%s", valid);
}

char *
ez_place_format(ez_place place)
{
    const char *file = place.file == NULL ? "configuration" : place.file;

    if (place.line == 0) {
        return g_strdup(file);
    }
    return place.column == 0 ? g_strdup_printf("%s:%u", file, place.line)
                             : g_strdup_printf("%s:%u:%u", file, place.line, place.column);
}

char *
ez_problem_format(const ez_problem *problem)
{
    g_autofree char *place = ez_place_format(problem->place);
    size_t first = strcspn(problem->message, "\n");
    bool coded = problem->code[0] != '\0';

    return g_strdup_printf("%s: %.*s%s%s%s%s", place, (int)first, problem->message,
                           coded ? " [" : "", problem->code, coded ? "]" : "",
                           problem->message + first);
}
