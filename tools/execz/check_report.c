/* SPDX-License-Identifier: MIT */
#include "check_report.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

/* Lines of its output that are shown of a check that has failed. */
enum { OUTPUT_LINES = 12, REPORT_LINES = 40 };

const char *
ez_check_verdict_name(ez_check_verdict verdict)
{
    static const char *const names[] = {"passed", "failed", "advice", "skipped", "blocked"};

    return names[verdict];
}

ez_check_tally
ez_check_tally_of(const GPtrArray *results)
{
    ez_check_tally tally = {.all = results->len};

    for (guint i = 0; i < results->len; i++) {
        const ez_check_result *result = results->pdata[i];

        tally.n[result->verdict]++;
        tally.took += result->took;
    }
    return tally;
}

/* ---- for people ------------------------------------------------------------------------------- */

static void
show_text(const char *head, const char *text)
{
    GString *line = g_string_new(NULL);

    ez_text_append_safe(line, text, strlen(text), "         ");
    printf("  %-6s %s\n", head, line->str);
    g_string_free(line, TRUE);
}

/* The end of what its process has said, or the beginning of what a sanitizer has found. */
static void
show_output(const char *output)
{
    bool is_report = strstr(output, "Sanitizer") != NULL || strstr(output, "==") == output;
    int most = is_report ? REPORT_LINES : OUTPUT_LINES;
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    int n = (int)g_strv_length(lines);
    int first = is_report ? 0 : MAX(0, n - most);

    for (int i = first; i < MIN(n, first + most); i++) {
        if (lines[i][0] != '\0') {
            show_text(i == first ? "output" : "", lines[i]);
        }
    }
}

/* The output without the message, which a check prints as well. */
static char *
own_output(const ez_check_result *result)
{
    const char *at = result->message == NULL || result->message[0] == '\0'
                         ? NULL
                         : strstr(result->output, result->message);

    return at == NULL ? g_strdup(result->output)
                      : g_strdup_printf("%.*s%s", (int)(at - result->output), result->output,
                                        at + strlen(result->message));
}

void
ez_check_report_finding(const ez_checker *checker, const ez_check_result *result)
{
    g_autofree char *output = own_output(result);
    g_autofree char *again =
        g_strdup_printf("execz plugin check %s --only %s --seed %" G_GUINT64_FORMAT, checker->file,
                        result->name, checker->seed);

    printf("%s %s\n", result->verdict == EZ_CHECK_FAILED ? "FAILED" : "ADVICE", result->name);
    show_text("what", result->message == NULL ? "" : result->message);
    show_text("rule", result->rule);
    printf("         (%s)\n", result->where);
    show_text("fix", result->fix);
    show_text("again", again);
    show_output(output);
}

void
ez_check_report_tally(const GPtrArray *results)
{
    ez_check_tally tally = ez_check_tally_of(results);
    g_autofree char *took = ez_text_duration(tally.took);
    GString *line = g_string_new(NULL);

    for (int verdict = 0; verdict < EZ_N_CHECK_VERDICTS; verdict++) {
        if (tally.n[verdict] > 0) {
            g_string_append_printf(line, "%s%u %s", line->len == 0 ? "" : ", ", tally.n[verdict],
                                   ez_check_verdict_name((ez_check_verdict)verdict));
        }
    }
    printf("%u checks in %s: %s\n", tally.all, took, line->str);
    g_string_free(line, TRUE);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static void
set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        json_object_set_new(object, key, json_string(valid));
    }
}

static json_t *
json_of(const ez_check_result *result)
{
    json_t *object = json_object();
    g_autofree char *stage = ez_check_stage(result);

    set_text(object, "name", result->name);
    set_text(object, "stage", stage);
    set_text(object, "verdict", ez_check_verdict_name(result->verdict));
    json_object_set_new(object, "seconds", json_real((double)result->took / EXECZ_SECOND));
    set_text(object, "rule", result->rule);
    set_text(object, "where", result->where);
    set_text(object, "message", result->message);
    if (result->verdict == EZ_CHECK_FAILED || result->verdict == EZ_CHECK_ADVICE) {
        set_text(object, "fix", result->fix);
        set_text(object, "output", result->output);
    }
    return object;
}

json_t *
ez_check_report_json(const ez_checker *checker, const GPtrArray *results)
{
    ez_check_tally tally = ez_check_tally_of(results);
    json_t *object = json_object();
    json_t *checks = json_array();

    set_text(object, "file", checker->file);
    set_text(object, "executor", checker->executor);
    json_object_set_new(object, "seed", json_integer((json_int_t)checker->seed));
    for (int verdict = 0; verdict < EZ_N_CHECK_VERDICTS; verdict++) {
        json_object_set_new(object, ez_check_verdict_name((ez_check_verdict)verdict),
                            json_integer(tally.n[verdict]));
    }
    for (guint i = 0; i < results->len; i++) {
        json_array_append_new(checks, json_of(results->pdata[i]));
    }
    json_object_set_new(object, "checks", checks);
    return object;
}

/* ---- JUnit ------------------------------------------------------------------------------------ */

/* Text for an attribute or between tags, without what XML cannot have. */
static char *
xml_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text == NULL ? "" : text, -1);

    for (char *at = valid; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 && *at != '\n' && *at != '\t') {
            *at = '?';
        }
    }
    return g_markup_escape_text(valid, -1);
}

static void
append_case(GString *xml, const ez_check_result *result)
{
    g_autofree char *stage = ez_check_stage(result);
    g_autofree char *message = xml_text(result->message);
    g_autofree char *rule = xml_text(result->rule);
    g_autofree char *fix = xml_text(result->fix);
    g_autofree char *output = xml_text(result->output);
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(seconds, sizeof seconds, "%.3f", (double)result->took / EXECZ_SECOND);
    g_string_append_printf(xml, "    <testcase classname=\"execz.%s\" name=\"%s\" time=\"%s\">\n",
                           stage, result->name, seconds);
    if (result->verdict == EZ_CHECK_FAILED) {
        g_string_append_printf(xml,
                               "      <failure message=\"%s\">rule: %s\nfix: %s\n%s</failure>\n",
                               message, rule, fix, output);
    } else if (result->verdict == EZ_CHECK_SKIPPED || result->verdict == EZ_CHECK_BLOCKED) {
        g_string_append_printf(xml, "      <skipped message=\"%s\"/>\n", message);
    } else if (result->verdict == EZ_CHECK_ADVICE) {
        g_string_append_printf(xml, "      <system-out>advice: %s; %s</system-out>\n", message,
                               fix);
    }
    g_string_append(xml, "    </testcase>\n");
}

bool
ez_check_report_junit(const ez_checker *checker, const GPtrArray *results, const char *path,
                      char **message_out)
{
    ez_check_tally tally = ez_check_tally_of(results);
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    g_autofree char *file = xml_text(checker->file);
    g_autoptr(GError) error = NULL;
    bool written;

    g_string_append_printf(xml,
                           "  <testsuite name=\"execz plugin check %s\" tests=\"%u\" "
                           "failures=\"%u\" skipped=\"%u\">\n",
                           file, tally.all, tally.n[EZ_CHECK_FAILED],
                           tally.n[EZ_CHECK_SKIPPED] + tally.n[EZ_CHECK_BLOCKED]);
    for (guint i = 0; i < results->len; i++) {
        append_case(xml, results->pdata[i]);
    }
    g_string_append(xml, "  </testsuite>\n</testsuites>\n");
    written = g_file_set_contents(path, xml->str, (gssize)xml->len, &error);
    if (!written) {
        *message_out = g_strdup(error->message);
    }
    g_string_free(xml, TRUE);
    return written;
}
