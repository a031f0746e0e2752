/* SPDX-License-Identifier: MIT */
#include "config/ini.h"

#include "config/dotted.h"
#include "config/line.h"

#include <string.h>

typedef struct reader {
    ez_document *document;
    ez_report *report;
    ez_lines lines;
    ez_section *section; /* borrowed; NULL: none, see lost */
    bool lost;           /* in a section whose header could not be understood */
} reader;

/* Says that part of the current section is missing. */
static void
mark_damaged(reader *self)
{
    if (self->section != NULL) {
        self->section->damaged = true;
    } else {
        self->document->damaged = true; /* it may have been a dotted key */
    }
}

/* A header that names no section: the keys below it are skipped, as nobody can say whose they
 * are. */
static void
lose_section(reader *self)
{
    self->section = NULL;
    self->lost = true;
    self->document->damaged = true;
}

/* ---- headers -------------------------------------------------------------------------------- */

/* What stands between the brackets, "kind" or "kind:name". */
static void
open_section(reader *self, const char *inside, ez_place place)
{
    g_auto(GStrv) parts = g_strsplit(inside, ":", 2);
    const char *kind = parts[0] == NULL ? "" : g_strstrip(parts[0]);
    const char *name = parts[0] == NULL || parts[1] == NULL ? NULL : g_strstrip(parts[1]);

    if (kind[0] == '\0' || (name != NULL && name[0] == '\0')) {
        ez_config_problem(self->report, place, EZ_C_NO_SECTION_NAME,
                          "'[%s]' names no section; write one like [scheduler] or [task:backup]",
                          inside);
        lose_section(self);
        return;
    }
    self->section = ez_document_open_section(self->document, kind, name, place, self->report);
    self->lost = self->section == NULL;
}

static void
read_header(reader *self, const ez_line *line)
{
    const char *open = line->text->str;
    const char *close = strchr(open, ']');
    const char *after = close == NULL ? "" : close + 1 + strspn(close + 1, " \t");
    g_autofree char *inside =
        close == NULL ? g_strdup(open + 1) : g_strndup(open + 1, (gsize)(close - open - 1));

    open_section(self, inside, ez_line_place(line, 0));
    if (close == NULL) {
        ez_config_problem(self->report, ez_line_place(line, 0), EZ_C_OPEN_BRACKET,
                          "this '[' has no ']' in its line; a section is written [kind:name]");
        mark_damaged(self);
    } else if (after[0] != '\0') {
        ez_config_problem(self->report, ez_line_place(line, (size_t)(after - open)),
                          EZ_C_AFTER_BRACKET,
                          "text after the section's ']'; put %s in a line of its own",
                          after[0] == '#' || after[0] == ';' ? "the comment" : "it");
        mark_damaged(self);
    }
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* Copies the spans of line from its byte `from` on, as offsets in a value that begins there. */
static void
add_spans(ez_ini_entry *entry, const ez_line *line, size_t from)
{
    ez_place start = ez_line_place(line, from);
    ez_span first = {0, start.line, start.column};

    g_array_append_val(entry->spans, first);
    for (guint i = 0; i < line->spans->len; i++) {
        ez_span span = g_array_index(line->spans, ez_span, i);

        if (span.offset > from) {
            span.offset -= from;
            g_array_append_val(entry->spans, span);
        }
    }
    entry->setting.value_place = start;
}

static void
report_outside(reader *self, const char *key, ez_place place)
{
    const char *near = ez_dotted_nearest(key);
    g_autofree char *hint =
        near == NULL ? g_strdup("begin a section first, e.g. [task:backup], or write the key with "
                                "its section, e.g. tasks.backup.every")
                     : g_strdup_printf("did you mean \"%s.\"?", near);

    ez_config_problem(self->report, place, EZ_C_OUTSIDE_SECTION,
                      "'%s' stands outside of a section; %s", key, hint);
}

/* The section a key belongs to; NULL if there is none, which is reported.  *rest_out is where the
 * key proper begins. */
static ez_section *
find_section(reader *self, const char *key, ez_place place, size_t *rest_out)
{
    g_auto(ez_dotted) dotted = {0};
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_dotted_split(key, &dotted, &err) != EXECZ_OK) {
        ez_config_problem(self->report, place, EZ_C_BAD_DOTTED_KEY, "'%s': %s", key, err.message);
        self->document->damaged = true;
        return NULL;
    }
    *rest_out = dotted.rest;
    if (dotted.kind != NULL) {
        return ez_document_need_section(self->document, dotted.kind, dotted.name, place,
                                        self->report);
    }
    if (self->section == NULL && !self->lost) {
        report_outside(self, key, place);
        self->document->damaged = true;
    }
    return self->section;
}

static void
take_entry(reader *self, const ez_line *line, const char *key, size_t value_at)
{
    ez_place place = ez_line_place(line, 0);
    size_t rest = 0;
    ez_section *section = find_section(self, key, place, &rest);
    ez_ini_entry *entry;

    if (section == NULL) {
        return;
    }
    entry = ez_ini_entry_new(key + rest, line->text->str + value_at, ez_line_place(line, rest));
    add_spans(entry, line, value_at);
    ez_section_take(section, entry, self->report);
}

static void
read_entry(reader *self, const ez_line *line)
{
    const char *text = line->text->str;
    const char *equals = strchr(text, '=');
    g_autofree char *key = NULL;
    size_t value_at;

    if (equals == NULL) {
        ez_config_problem(self->report, ez_line_place(line, 0), EZ_C_NO_EQUALS,
                          "this line has no '='; write key = value, or end the line before with a "
                          "'\\' if it is the rest of that value");
        mark_damaged(self);
        return;
    }
    if (equals == text) {
        ez_config_problem(self->report, ez_line_place(line, 0), EZ_C_NO_KEY,
                          "the key before '=' is missing; write key = value");
        mark_damaged(self);
        return;
    }
    key = g_strchomp(g_strndup(text, (gsize)(equals - text)));
    value_at = (size_t)(equals - text) + 1;
    value_at += strspn(text + value_at, " \t");
    take_entry(self, line, key, value_at);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void
read_line(reader *self, const ez_line *line)
{
    if (line->broken && line->first == '[') {
        lose_section(self);
    } else if (line->broken) {
        mark_damaged(self);
    } else if (line->first == '[') {
        read_header(self, line);
    } else if (line->text->len > 0) {
        read_entry(self, line);
    }
}

void
ez_ini_read(ez_document *document, const char *file, const char *text, size_t length,
            ez_report *report)
{
    reader self = {.document = document, .report = report};
    size_t before = ez_report_count(report);
    g_auto(ez_line) line = {0};

    ez_lines_init(&self.lines, file, text, length, report);
    while (!document->full && ez_lines_next(&self.lines, &line)) {
        read_line(&self, &line);
        if (ez_report_count(report) - before >= EZ_CONFIG_PROBLEMS_MAX) {
            ez_config_problem(report, (ez_place){file, self.lines.number, 1},
                              EZ_C_TOO_MANY_PROBLEMS,
                              "%d problems up to here; the rest of this file was not read",
                              EZ_CONFIG_PROBLEMS_MAX);
            document->damaged = true;
            return;
        }
    }
}
