/* SPDX-License-Identifier: MIT */
#include "config/ini.h"

#include "config/files.h"
#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* A text that was read, and what was wrong with it. */
typedef struct fixture {
    ez_document *document;
    ez_report *report;
} fixture;

static void
fixture_clear(fixture *self)
{
    ez_report_free(self->report);
    ez_document_free(self->document);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(fixture, fixture_clear)

static void
read_bytes(fixture *self, const char *name, const char *text, size_t length)
{
    /* A copy without a terminator, so that the address sanitizer sees every byte too many. */
    g_autofree char *bytes = g_memdup2(text, MAX(length, 1));
    const char *file;

    if (self->document == NULL) {
        self->document = ez_document_new();
        self->report = ez_report_new();
    }
    file = ez_document_add_file(self->document, name);
    ez_ini_read(self->document, file, bytes, length, self->report);
}

static void
read_text(fixture *self, const char *text)
{
    read_bytes(self, "t.conf", text, strlen(text));
}

static const ez_ini_entry *
entry(const fixture *self, const char *kind, const char *name, const char *key)
{
    ez_section *section = ez_document_find(self->document, kind, name);

    cr_assert(section != NULL, "no section %s:%s", kind, name);
    cr_assert(ez_section_find(section, key) != NULL, "no key %s", key);
    return ez_section_find(section, key);
}

static char *
value(const fixture *self, const char *kind, const char *name, const char *key)
{
    return (char *)entry(self, kind, name, key)->setting.value;
}

static void
expect_problems(const char *text, const char *expected)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, text);
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)expected));
}

Test(ini, keys_and_values_have_their_places)
{
    g_auto(fixture) f = {0};
    const ez_ini_entry *every;

    read_text(&f, "# tasks\n\n  [task:backup]\n  every =  5s  \n");
    every = entry(&f, "task", "backup", "every");
    cr_expect(eq(str, (char *)every->setting.value, (char *)"5s"));
    cr_expect(eq(uint, every->setting.key_place.line, 4));
    cr_expect(eq(uint, every->setting.key_place.column, 3));
    cr_expect(eq(uint, every->setting.value_place.line, 4));
    cr_expect(eq(uint, every->setting.value_place.column, 12));
    cr_expect(eq(uint, ez_document_find(f.document, "task", "backup")->place.line, 3));
    cr_expect(eq(uint, ez_document_find(f.document, "task", "backup")->place.column, 3));
}

Test(ini, a_value_is_raw_to_the_end_of_its_line)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "[task:a]\nshell = echo \"a # b\"; x=1 [y] 'z' \\n %d $(c) # not a comment\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "shell"),
                 (char *)"echo \"a # b\"; x=1 [y] 'z' \\n %d $(c) # not a comment"));
}

Test(ini, a_backslash_at_the_end_joins_lines_with_one_blank)
{
    g_auto(fixture) f = {0};
    const ez_ini_entry *shell;

    read_text(&f, "[task:a]\nshell = one   \\  \n    two\\\n\t# three\nevery = 1s\n");
    shell = entry(&f, "task", "a", "shell");
    cr_expect(eq(str, (char *)shell->setting.value, (char *)"one two # three"));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"1s"));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 2).line, 2));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 2).column, 11));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 4).line, 3));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 4).column, 5));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 10).line, 4));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 10).column, 4));
}

Test(ini, two_backslashes_and_an_empty_line_make_a_value_that_ends_in_one)
{
    g_auto(fixture) f = {0};

    read_text(&f, "[task:a]\nshell = C:\\\\\n\nname = x\n");
    cr_expect(eq(str, value(&f, "task", "a", "shell"), (char *)"C:\\"));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"x"));
}

Test(ini, a_value_may_begin_in_the_next_line)
{
    g_auto(fixture) f = {0};

    read_text(&f, "[task:a]\nshell = \\\n  make\n");
    cr_expect(eq(str, value(&f, "task", "a", "shell"), (char *)"make"));
    cr_expect(eq(uint, entry(&f, "task", "a", "shell")->setting.value_place.line, 3));
    cr_expect(eq(uint, entry(&f, "task", "a", "shell")->setting.value_place.column, 3));
}

Test(ini, crlf_a_byte_order_mark_and_a_missing_last_line_end_are_accepted)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "\xef\xbb\xbf[task:a]\r\nname = x \\\r\n y\r\nevery = 1s");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"x y"));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"1s"));
}

Test(ini, dotted_keys_name_their_section)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "executors.default.type = threadpool\ntasks.\"a.b\".env.PATH = /bin\n"
                  "defaults.max_instances = 3\n[task:x]\nscheduler.timezone = UTC\nevery = 1s\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "executor", "default", "type"), (char *)"threadpool"));
    cr_expect(eq(str, value(&f, "task", "a.b", "env.PATH"), (char *)"/bin"));
    cr_expect(eq(str, value(&f, "defaults", NULL, "max_instances"), (char *)"3"));
    cr_expect(eq(str, value(&f, "scheduler", NULL, "timezone"), (char *)"UTC"));
    cr_expect(eq(str, value(&f, "task", "x", "every"), (char *)"1s"));
    cr_expect(eq(uint, entry(&f, "executor", "default", "type")->setting.key_place.column, 19));
}

Test(ini, a_header_after_a_dotted_key_is_the_same_section)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "executors.a.type = debug\n[executor:a]\nmax_workers = 1\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(sz, f.document->sections->len, 1));
    cr_expect(eq(uint, ez_document_find(f.document, "executor", "a")->place.line, 2));
}

Test(ini, incomplete_dotted_keys_say_how_they_are_written)
{
    expect_problems("tasks.a = 1\ntasks.\"a.every = 1\nscheduler. = x\ntask.a.every = 5s\n",
                    "t.conf:1:1: 'tasks.a': a dotted key has three parts; write tasks.NAME.KEY = "
                    "value [C118]\n"
                    "t.conf:2:1: 'tasks.\"a.every': the quoted name has no closing '\"'; write "
                    "tasks.\"a.every\".KEY [C118]\n"
                    "t.conf:3:1: 'scheduler.': the key is missing; write scheduler.KEY = value "
                    "[C118]\n"
                    "t.conf:4:1: 'task.a.every' stands outside of a section; did you mean "
                    "'tasks.'? [C109]");
}

Test(ini, each_mistake_is_reported_and_reading_goes_on)
{
    expect_problems("every = 1s\n[]\nx = 1\n[task:\nname = 1\n[task:a] # note\nname = 1\nevery\n"
                    "= 5\nname = 2\n[task:a]\nname = 3\nlast = \\",
                    "t.conf:1:1: 'every' stands outside of a section; begin a section first, e.g. "
                    "[task:backup], or write the key with its section, e.g. tasks.backup.every "
                    "[C109]\n"
                    "t.conf:2:1: '[]' names no section; write one like [scheduler] or "
                    "[task:backup] [C114]\n"
                    "t.conf:4:1: '[task:]' names no section; write one like [scheduler] or "
                    "[task:backup] [C114]\n"
                    "t.conf:4:1: this '[' has no ']' in its line; a section is written "
                    "[kind:name] [C112]\n"
                    "t.conf:6:10: text after the section's ']'; put the comment in a line of its "
                    "own [C113]\n"
                    "t.conf:8:1: this line has no '='; write key = value, or end the line before "
                    "with a '\\' if it is the rest of that value [C110]\n"
                    "t.conf:9:1: the key before '=' is missing; write key = value [C111]\n"
                    "t.conf:10:1: 'name' is set twice in [task:a], first at t.conf:7:1: keep one "
                    "[C116]\n"
                    "t.conf:11:1: [task:a] stands twice in this file, first at t.conf:6:1: make it "
                    "one section, or give them different names [C115]\n"
                    "t.conf:13:1: the value should go on after the '\\' at the end of this line, "
                    "but the file ends; remove the '\\' [C117]");
}

Test(ini, bytes_that_are_no_text_are_refused_in_their_place)
{
    static const char text[] = "[task:a]\nname = a\0b\nshell = a\x1b[0m\nx = \xff\n# \xc3\x28\n"
                               "y = 1\rz\nq = \x7f\n";
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_bytes(&f, "t.conf", text, sizeof text - 1);
    found = problems_of(f.report);
    cr_expect(eq(
        str, found,
        (char *)"t.conf:2:9: a NUL byte; a configuration is a text in UTF-8 [C106]\n"
                "t.conf:3:10: the control character 0x1b; of those only the tab is allowed [C107]\n"
                "t.conf:4:5: the byte 0xff is not UTF-8 here; save the file as UTF-8 [C108]\n"
                "t.conf:5:3: the byte 0xc3 is not UTF-8 here; save the file as UTF-8 [C108]\n"
                "t.conf:6:6: the control character 0x0d; of those only the tab is allowed [C107]\n"
                "t.conf:7:5: the control character 0x7f; of those only the tab is allowed [C107]"));
    cr_expect(ez_document_find(f.document, "task", "a")->damaged);
}

Test(ini, keys_below_a_header_that_cannot_be_read_belong_to_nobody)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "[task:a]\nname = a\n[task:\x01]\nname = b\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"t.conf:3:7: the control character 0x01; of those only the tab is "
                         "allowed [C107]"));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"a"));
    cr_expect(f.document->damaged);
}

Test(ini, a_line_has_a_limit_and_a_continued_value_does_not)
{
    g_autofree char *half = g_strnfill(40000, 'x');
    g_autofree char *text =
        g_strdup_printf("[task:a]\nshell = %s\\\n%s\nname = %s%s\n", half, half, half, half);
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, text);
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"t.conf:4:1: the line has 80007 bytes; the limit is 65536: end it with a "
                         "'\\' and go on in the next line [C103]"));
    cr_expect(eq(sz, strlen(value(&f, "task", "a", "shell")), 80001));
}

Test(ini, sections_have_a_limit_that_is_told_once)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < EZ_CONFIG_SECTIONS_MAX + 2; i++) {
        g_string_append_printf(text, "[a:%x]\n", i);
    }
    read_text(&f, text->str);
    g_string_free(text, TRUE);
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"t.conf:100001:1: a configuration has at most 100000 sections; this one "
                         "and all that follow were not read [C104]"));
}

Test(ini, reading_stops_when_nothing_makes_sense)
{
    g_autofree char *text = g_strnfill(4000, '\n');
    g_auto(fixture) f = {0};

    for (size_t i = 0; i < 4000; i += 2) {
        text[i] = 'x';
    }
    read_text(&f, text);
    cr_assert(eq(sz, ez_report_count(f.report), EZ_CONFIG_PROBLEMS_MAX + 1));
    cr_expect(eq(str, ez_report_get(f.report, EZ_CONFIG_PROBLEMS_MAX)->message,
                 (char *)"1000 problems up to here; the rest of this file was not read"));
}

Test(ini, a_later_file_adds_and_overrides_key_by_key)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_bytes(&f, "a", "[task:a]\nevery = 1s\nname = x\n", 28);
    read_bytes(&f, "b", "[task:a]\nevery = 2s\n[task:b]\n", 29);
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"2s"));
    cr_expect(
        eq(str, (char *)entry(&f, "task", "a", "every")->setting.key_place.file, (char *)"b"));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"x"));
    cr_expect(eq(sz, f.document->sections->len, 2));
    cr_expect(eq(str, (char *)ez_document_find(f.document, "task", "a")->place.file, (char *)"a"));
}

Test(ini, codes_are_unique)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (int code = 0; code < EZ_N_CONFIG_CODES; code++) {
        cr_expect(g_hash_table_add(seen, (void *)ez_config_code_text(code)), "%s",
                  ez_config_code_text(code));
        cr_expect(ne(sz, strlen(ez_config_code_title(code)), 0));
    }
}

/* ---- files ---------------------------------------------------------------------------------- */

Test(files, drop_ins_are_read_in_the_order_of_their_names)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    g_autofree char *found = NULL;

    g_mkdir("c.conf.d", 0700);
    write_file("c.conf", "[task:a]\nname = main\n");
    write_file("c.conf.d/20.conf", "tasks.a.name = twenty\n");
    write_file("c.conf.d/10.conf", "tasks.a.name = ten\ntasks.a.every = 1s\n");
    write_file("c.conf.d/30.conf~", "no configuration\n");
    write_file("c.conf.d/.40.conf", "no configuration\n");
    cr_expect(eq(int, ez_files_read(f.document, "c.conf", f.report, NULL), EXECZ_OK));
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"twenty"));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"1s"));
    leave_directory(directory);
}

Test(files, a_file_that_cannot_be_read_says_why)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_files_read(f.document, "none.conf", f.report, &err), EXECZ_E_IO));
    cr_expect(eq(str, err.message, (char *)"cannot read none.conf: No such file or directory"));
    cr_expect(eq(int, ez_files_read(f.document, ".", f.report, &err), EXECZ_E_IO));
    cr_expect(eq(str, err.message,
                 (char *)"cannot read .: it is a directory; a configuration is a regular file"));
    cr_expect(eq(int, mkfifo("fifo", 0600), 0));
    cr_expect(eq(int, ez_files_read(f.document, "fifo", f.report, &err), EXECZ_E_IO));
    cr_expect(eq(str, err.message,
                 (char *)"cannot read fifo: it is not a regular file; a "
                         "configuration is a regular file"));
    leave_directory(directory);
}

Test(files, what_is_wrong_with_a_drop_in_is_a_problem_of_the_configuration)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    g_autofree char *found = NULL;

    write_file("c.conf", "");
    g_mkdir("c.conf.d", 0700);
    g_mkdir("c.conf.d/a.conf", 0700);
    cr_expect(eq(int, symlink("nowhere", "c.conf.d/b.conf"), 0));
    cr_expect(eq(int, ez_files_read(f.document, "c.conf", f.report, NULL), EXECZ_OK));
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"c.conf.d/a.conf: cannot read c.conf.d/a.conf: it is a directory; a "
                         "configuration is a regular file [C101]\n"
                         "c.conf.d/b.conf: cannot read c.conf.d/b.conf: No such file or directory "
                         "[C101]"));
    leave_directory(directory);
}

Test(files, a_file_has_a_limit)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    g_autofree char *text = g_strnfill(EZ_CONFIG_FILE_MAX + 1, '\n');
    g_autofree char *found = NULL;

    write_file("big.conf", text);
    text[EZ_CONFIG_FILE_MAX] = '\0';
    write_file("fits.conf", text);
    ez_files_read(f.document, "big.conf", f.report, NULL);
    ez_files_read(f.document, "fits.conf", f.report, NULL);
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"big.conf: the file is larger than 1 MiB and was not read; move parts of "
                         "it into drop-in files, big.conf.d/NAME.conf [C102]"));
    leave_directory(directory);
}

/* ---- property ------------------------------------------------------------------------------- */

/* Where the lines of text begin, and how long they are, as the reader counts them. */
static bool
is_inside(const char *text, size_t length, ez_place place)
{
    const char *end = text + length;
    const char *at = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;

    for (unsigned line = 1; line < place.line; line++) {
        at = at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) {
            return false;
        }
        at++;
    }
    if (place.line == 0 || place.column == 0 || at == end) {
        return place.line == 1 && place.column == 1;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));

    return place.column <= (size_t)((newline == NULL ? end : newline) - at) + 1;
}

static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13; /* xorshift64, Marsaglia 2003 */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void
mutate(GString *text, uint64_t *state)
{
    static const char *const pieces[] = {
        "[",    "]", "=",          "\n",   "\\\n",    "tasks.",   "\"",   "#", "\r\n",
        "\xff", ":", "[task:a]\n", "\x01", "every=1", "\xc3\xa9", "env.", ".", "\xef\xbb\xbf"};
    uint64_t what = next_random(state) % 4;
    size_t at = text->len == 0 ? 0 : next_random(state) % text->len;
    const char *piece = pieces[next_random(state) % G_N_ELEMENTS(pieces)];

    if (what == 0 && text->len > 0) {
        text->str[at] = (char)next_random(state);
    } else if (what == 1) {
        size_t length = next_random(state) % 20;

        g_string_erase(text, (gssize)at, (gssize)MIN(text->len - at, length));
    } else {
        g_string_insert(text, (gssize)at, piece);
    }
}

Test(ini, any_bytes_are_read_and_every_place_lies_inside_of_the_file)
{
    static const char seed[] =
        "\xef\xbb\xbfscheduler.timezone = UTC\n# c\xc3\xa9\n[executor:default]\r\ntype = debug\n"
        "\n[task:a]\nshell = one \\\n  two\\\n\nevery = 1s\ntasks.\"b.c\".env.X = 1\n[defaults]\n";
    uint64_t state = 20270101;

    for (int i = 0; i < 20000; i++) {
        GString *text = g_string_new_len(seed, sizeof seed - 1);
        g_auto(fixture) f = {0};

        for (uint64_t n = next_random(&state) % 12 + 1; n > 0; n--) {
            mutate(text, &state);
        }
        read_bytes(&f, "t.conf", text->str, text->len);
        for (size_t k = 0; k < ez_report_count(f.report); k++) {
            const ez_problem *problem = ez_report_get(f.report, k);

            cr_assert(is_inside(text->str, text->len, problem->place), "file %d, %u:%u: %s", i,
                      problem->place.line, problem->place.column, problem->message);
            cr_assert(g_utf8_validate(problem->message, -1, NULL));
        }
        for (guint s = 0; s < f.document->sections->len; s++) {
            const ez_section *section = f.document->sections->pdata[s];

            cr_assert(is_inside(text->str, text->len, section->place));
            for (guint e = 0; e < section->entries->len; e++) {
                const ez_ini_entry *entry = section->entries->pdata[e];
                size_t end = strlen(entry->setting.value);

                for (size_t at = 0; at <= end; at++) {
                    cr_assert(is_inside(text->str, text->len, ez_ini_entry_place(entry, at)));
                }
                cr_assert(is_inside(text->str, text->len, entry->setting.key_place));
            }
        }
        g_string_free(text, TRUE);
    }
}
