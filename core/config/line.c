/* SPDX-License-Identifier: MIT */
#include "config/line.h"

#include "config/ini.h"

#include <string.h>

/* One line of the file, without its end. */
typedef struct raw {
    const char *text;
    size_t length;
} raw;

void
ez_line_clear(ez_line *self)
{
    if (self->text != NULL) {
        g_string_free(self->text, TRUE);
        g_array_unref(self->spans);
    }
    *self = (ez_line){0};
}

ez_place
ez_line_place(const ez_line *self, size_t offset)
{
    ez_span found = g_array_index(self->spans, ez_span, 0);

    for (guint i = 1; i < self->spans->len; i++) {
        ez_span span = g_array_index(self->spans, ez_span, i);

        if (span.offset <= offset) {
            found = span;
        }
    }
    return (ez_place){self->file, found.line, found.column + (unsigned)(offset - found.offset)};
}

void
ez_lines_init(ez_lines *self, const char *file, const char *text, size_t length, ez_report *report)
{
    bool marked = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0; /* a byte order mark */

    *self = (ez_lines){
        .file = file, .at = marked ? text + 3 : text, .end = text + length, .report = report};
}

static bool
next_raw(ez_lines *self, raw *out)
{
    size_t left = (size_t)(self->end - self->at);
    const char *newline = left == 0 ? NULL : memchr(self->at, '\n', left);

    if (left == 0) {
        return false;
    }
    *out = (raw){self->at, newline == NULL ? left : (size_t)(newline - self->at)};
    self->at = newline == NULL ? self->end : newline + 1;
    self->number++;
    if (newline != NULL && out->length > 0 && out->text[out->length - 1] == '\r') {
        out->length--;
    }
    return true;
}

static bool
is_control(char byte)
{
    return ((unsigned char)byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/* Reports the first thing in the line that does not belong into a text. */
static bool
check_raw(ez_lines *self, const raw *line)
{
    ez_place place = {self->file, self->number, 1};
    const char *stop = line->text;

    if (line->length > EZ_CONFIG_LINE_MAX) {
        ez_config_problem(self->report, place, EZ_C_LINE_TOO_LONG,
                          "the line has %zu bytes; the limit is %zu: end it with a '\\' and go on "
                          "in the next line",
                          line->length, EZ_CONFIG_LINE_MAX);
        return false;
    }
    for (size_t i = 0; i < line->length; i++) {
        unsigned char byte = (unsigned char)line->text[i];

        place.column = (unsigned)i + 1;
        if (byte == 0) {
            ez_config_problem(self->report, place, EZ_C_NUL_BYTE,
                              "a NUL byte; a configuration is a text in UTF-8");
            return false;
        }
        if (is_control(line->text[i])) {
            ez_config_problem(self->report, place, EZ_C_CONTROL_CHARACTER,
                              "the control character 0x%02x; of those only the tab is allowed",
                              byte);
            return false;
        }
    }
    if (!g_utf8_validate_len(line->text, line->length, &stop)) {
        place.column = (unsigned)(stop - line->text) + 1;
        ez_config_problem(self->report, place, EZ_C_NOT_UTF8,
                          "the byte 0x%02x is not UTF-8 here; save the file as UTF-8",
                          (unsigned char)*stop);
        return false;
    }
    return true;
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Where the line begins and ends when the blanks around it are left out. */
static raw
trim(const raw *line)
{
    size_t from = 0, to = line->length;

    while (from < to && is_blank(line->text[from])) {
        from++;
    }
    while (to > from && is_blank(line->text[to - 1])) {
        to--;
    }
    return (raw){line->text + from, to - from};
}

/* Appends one line of the file to the logical line; true if that goes on after it. */
static bool
append(ez_lines *self, ez_line *line, const raw *whole, bool may_go_on)
{
    raw part = trim(whole);
    bool goes_on = may_go_on && part.length > 0 && part.text[part.length - 1] == '\\';
    ez_span span = {0, self->number, (unsigned)(part.text - whole->text) + 1};

    if (goes_on) {
        raw without = {part.text, part.length - 1};

        without = trim(&without);
        part.length = without.length;
    }
    if (!check_raw(self, whole)) {
        line->broken = true;
        return goes_on;
    }
    if (line->text->len > 0 && part.length > 0) {
        g_string_append_c(line->text, ' ');
    }
    if (line->spans->len == 0 || part.length > 0) {
        span.offset = line->text->len;
        g_array_append_val(line->spans, span);
    }
    g_string_append_len(line->text, part.text, (gssize)part.length);
    return goes_on;
}

static void
start_line(ez_lines *self, ez_line *line)
{
    if (line->text == NULL) {
        line->text = g_string_new(NULL);
        line->spans = g_array_new(FALSE, FALSE, sizeof(ez_span));
    }
    g_string_truncate(line->text, 0);
    g_array_set_size(line->spans, 0);
    line->file = self->file;
    line->broken = false;
}

static char
first_of(raw part)
{
    if (part.length == 0) {
        return '\0';
    }
    return part.text[0];
}

static bool
is_comment(char first)
{
    return first == '#' || first == ';';
}

/* The next line that is neither blank nor a comment. */
static bool
next_filled(ez_lines *self, ez_line *line, raw *whole)
{
    while (next_raw(self, whole)) {
        raw part = trim(whole);

        line->first = first_of(part);
        if (line->first != '\0' && !is_comment(line->first)) {
            return true;
        }
        check_raw(self, whole);
    }
    return false;
}

bool
ez_lines_next(ez_lines *self, ez_line *line)
{
    bool goes_on;
    raw whole;

    start_line(self, line);
    if (!next_filled(self, line, &whole)) {
        return false;
    }
    goes_on = append(self, line, &whole, line->first != '[');
    while (goes_on) {
        if (!next_raw(self, &whole)) {
            ez_config_problem(self->report, (ez_place){self->file, self->number, 1},
                              EZ_C_OPEN_CONTINUATION,
                              "the value should go on after the '\\' at the end of this line, but "
                              "the file ends; remove the '\\'");
            line->broken = true;
            break;
        }
        goes_on = append(self, line, &whole, true);
    }
    return true;
}
