/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "preview_batch.h"
#include "runs.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

/* clang-format off */
static const char help[] =
    "usage: execz preview (--trigger TEXT | --cron LINE | --every DURATION | --at TIME)\n"
    "                     [--timezone ZONE] [--from TIME] [--count N] [--json]\n"
    "       execz preview --batch [--timezone ZONE]\n"
    "\n"
    "Shows when a trigger fires: on the clock of its time zone, in UTC, and how far from\n"
    "now (or from --from), with a note where that clock was set.  Nothing is run.\n"
    "\n"
    "  --trigger TEXT     e.g. 'or(cron(hour=2), interval(hours=6))'\n"
    "  --cron LINE        a line of a crontab, e.g. '30 2 * * 1-5' or @daily\n"
    "  --every DURATION   an interval, e.g. '1h 30m'\n"
    "  --at TIME          once, e.g. 2027-01-31T09:00:00\n"
    "  --timezone ZONE    of a trigger that names none; UTC if it is not given\n"
    "  --from TIME        the first run is the one at or after it, and intervals without\n"
    "                     start_at count from it: 2027-01-31T09:00:00 or seconds since\n"
    "                     1970; now if it is not given\n"
    "  --count N          how many runs, 1 to 10000; 10 if it is not given\n"
    "  --json             one object with all of it\n"
    "  --batch            reads a JSON object from each line of stdin, at most 64 KiB long,\n"
    "                       {\"id\": 1, \"trigger\": \"cron(hour=2)\", \"timezone\": \"Asia/Tokyo\",\n"
    "                        \"from\": 1798761600, \"count\": 3}\n"
    "                     and answers it with one: {\"id\":1,\"next\":[...],\"exhausted\":false},\n"
    "                     or {\"id\":1,\"error\":\"...\"}; \"from\" may be a text, too, and all but\n"
    "                     the trigger may be left out.  A search for runs that hardly ever come\n"
    "                     is given up, and then \"searched_to\" says how far it came.\n"
    "                     \"from_end\":true: further runs count from the end of the one before\n"
    "\n"
    "exit status: 0 ok, 2 a trigger or option is wrong; with --batch 0 also if triggers are\n"
    "wrong, for then their lines say so; 1 if it cannot read or write\n"
    "\n"
    "example: execz preview --cron '30 2 * * *' --timezone Europe/Berlin --from 2027-03-27\n";
/* clang-format on */

typedef struct options {
    const char *trigger, *cron, *every, *at;
    const char *timezone, *from, *count;
    bool json, batch;
} options;

typedef execz_trigger *(*parse_function)(const char *text,
                                         const execz_trigger_surroundings *surroundings,
                                         size_t *column_out, execz_error *err);

/* A preview on its way. */
typedef struct preview {
    execz_trigger *trigger; /* owned */
    execz_time from;
    unsigned count;
} preview;

static execz_time
now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_REALTIME, &at);
    return at.tv_sec * EXECZ_SECOND; /* whole: intervals that count from it are easier to read */
}

/* Which option tells the trigger; NULL unless there is exactly one. */
static const char *
choose(const options *given, const char **text_out, parse_function *parse_out)
{
    const struct {
        const char *name, *text;
        parse_function parse;
    } ways[] = {
        {"--trigger", given->trigger, execz_trigger_parse},
        {"--cron", given->cron, execz_trigger_from_crontab},
        {"--every", given->every, execz_trigger_from_every},
        {"--at", given->at, execz_trigger_from_at},
    };
    const char *name = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        if (ways[i].text != NULL) {
            if (name != NULL) {
                return NULL;
            }
            name = ways[i].name;
            *text_out = ways[i].text;
            *parse_out = ways[i].parse;
        }
    }
    return name;
}

static int
read_count(const ez_command *self, const char *text, unsigned *count_out)
{
    guint64 count = 10;

    if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 1, EZ_RUNS_COUNT_MAX, &count, NULL)) {
        return ez_usage_error(self, "--count: '%s' is not a whole number from 1 to %d", text,
                              EZ_RUNS_COUNT_MAX);
    }
    *count_out = (unsigned)count;
    return EZ_EXIT_OK;
}

static int
prepare(const ez_command *self, const options *given, preview *out)
{
    execz_trigger_surroundings here = EXECZ_TRIGGER_SURROUNDINGS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    const char *text = NULL, *name;
    parse_function parse = NULL;
    size_t column = 0;
    int status = read_count(self, given->count, &out->count);

    name = choose(given, &text, &parse);
    if (name == NULL) {
        return ez_usage_error(self, text == NULL
                                        ? "one of --trigger, --cron, --every, --at and --batch is "
                                          "needed"
                                        : "only one of --trigger, --cron, --every and --at can be "
                                          "shown at a time");
    }
    out->from = now();
    if (status == EZ_EXIT_OK && given->from != NULL &&
        !ez_runs_parse_from(given->from, given->timezone, &out->from, &err)) {
        name = ez_runs_blame_timezone(&err) ? "--timezone" : "--from";
        return ez_usage_error(self, "%s: %s", name, err.message);
    }
    if (status != EZ_EXIT_OK) {
        return status;
    }
    here.timezone = given->timezone;
    here.anchor = out->from;
    out->trigger = parse(text, &here, &column, &err);
    if (out->trigger == NULL && ez_runs_blame_timezone(&err)) {
        return ez_usage_error(self, "--timezone: %s", err.message);
    }
    if (out->trigger == NULL) {
        return ez_usage_error(self, "%s, column %zu: %s", name, column, err.message);
    }
    return EZ_EXIT_OK;
}

/* ---- showing --------------------------------------------------------------------------------- */

static char *
local_time(const preview *self, execz_time time)
{
    char text[64];

    (void)execz_trigger_local_time(self->trigger, time, text, sizeof text);
    return g_strdup(text);
}

static char *
note(const preview *self, execz_time before, execz_time time)
{
    char text[256];

    (void)execz_trigger_note(self->trigger, before, time, text, sizeof text);
    return g_strdup(text);
}

static char *
utc_time(execz_time time)
{
    g_autofree char *text = ez_text_utc_time(time);
    char *dot = strchr(text, '.');

    if (time % EXECZ_SECOND != 0 || dot == NULL) {
        return g_steal_pointer(&text);
    }
    *dot = '\0';
    return g_strconcat(text, "Z", NULL);
}

static void
show_text(const preview *self, const ez_runs_found *found)
{
    static const char *const head[] = {"RUN", "UTC", "IN", "NOTE"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));
    execz_time before = self->from - 1;

    for (guint i = 0; i < found->times->len; i++) {
        execz_time time = g_array_index(found->times, execz_time, i);
        g_autofree char *local = local_time(self, time);
        g_autofree char *utc = utc_time(time);
        g_autofree char *distance = ez_text_duration(time - self->from);
        g_autofree char *said = note(self, before, time);
        const char *cells[] = {local, utc, distance, said};

        ez_table_add(table, cells);
        before = time;
    }
    if (found->times->len > 0) {
        ez_table_print(table, stdout, 0);
    }
    if (execz_trigger_at_shutdown(self->trigger)) {
        printf("runs when the scheduler shuts down\n");
    } else if (found->exhausted && found->times->len > 0 &&
               execz_trigger_counts_from_end(self->trigger)) {
        printf("each further run counts from the end of the one before\n");
    } else if (found->gave_up) {
        g_autofree char *local = local_time(self, found->searched_to);

        printf("no further run was found up to %s; the search was given up\n", local);
    } else if (found->exhausted) {
        printf("no further run\n");
    }
}

static void
append_run(const preview *self, execz_time before, execz_time time, json_t *runs)
{
    g_autofree char *local = local_time(self, time);
    g_autofree char *utc = utc_time(time);
    g_autofree char *said = note(self, before, time);
    json_t *run = json_object();

    json_object_set_new(run, "local", json_string(local));
    json_object_set_new(run, "utc", json_string(utc));
    json_object_set_new(run, "in", json_real((double)(time - self->from) / EXECZ_SECOND));
    json_object_set_new(run, "note", json_string(said));
    json_array_append_new(runs, run);
}

static void
show_json(const preview *self, const ez_runs_found *found)
{
    json_t *whole = json_object(), *runs = json_array();
    size_t length = execz_trigger_format(self->trigger, NULL, 0);
    g_autofree char *text = g_malloc(length + 1);
    execz_time before = self->from - 1;
    char *line;

    (void)execz_trigger_format(self->trigger, text, length + 1);
    for (guint i = 0; i < found->times->len; i++) {
        execz_time time = g_array_index(found->times, execz_time, i);

        append_run(self, before, time, runs);
        before = time;
    }
    json_object_set_new(whole, "trigger", json_string(text));
    json_object_set_new(whole, "runs", runs);
    json_object_set_new(whole, "exhausted", json_boolean(found->exhausted));
    json_object_set_new(whole, "at_shutdown",
                        json_boolean(execz_trigger_at_shutdown(self->trigger)));
    if (execz_trigger_counts_from_end(self->trigger)) {
        json_object_set_new(whole, "from_end", json_true());
    }
    if (found->gave_up) {
        g_autofree char *reached = utc_time(found->searched_to);

        json_object_set_new(whole, "searched_to", json_string(reached));
    }
    line = json_dumps(whole, JSON_COMPACT);
    printf("%s\n", line);
    free(line);
    json_decref(whole);
}

static int
run_one(const ez_command *self, const options *given)
{
    g_auto(ez_runs_found) found = {0};
    preview one = {0};
    int status = prepare(self, given, &one);

    if (status == EZ_EXIT_OK) {
        found = ez_runs_find(one.trigger, one.from, one.count);
        if (given->json) {
            show_json(&one, &found);
        } else {
            show_text(&one, &found);
        }
    }
    execz_trigger_free(one.trigger);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "execz preview: cannot write: %s\n", g_strerror(errno));
        return EZ_EXIT_FAILED;
    }
    return status;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    options given = {0};
    const ez_arg table[] = {
        {"trigger", 0, EZ_ARG_TEXT, &given.trigger},   {"cron", 0, EZ_ARG_TEXT, &given.cron},
        {"every", 0, EZ_ARG_TEXT, &given.every},       {"at", 0, EZ_ARG_TEXT, &given.at},
        {"timezone", 0, EZ_ARG_TEXT, &given.timezone}, {"from", 0, EZ_ARG_TEXT, &given.from},
        {"count", 'n', EZ_ARG_TEXT, &given.count},     {"json", 0, EZ_ARG_FLAG, &given.json},
        {"batch", 0, EZ_ARG_FLAG, &given.batch},       {NULL},
    };
    int status;

    if (!ez_args_read(self, table, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len > 0) {
        return ez_usage_error(self,
                              "what is '%s'?  A trigger follows --trigger, a line of a crontab "
                              "--cron",
                              (char *)arguments->pdata[0]);
    }
    if (!given.batch) {
        return run_one(self, &given);
    }
    if (given.trigger != NULL || given.cron != NULL || given.every != NULL || given.at != NULL ||
        given.from != NULL || given.count != NULL) {
        return ez_usage_error(self, "--batch reads triggers, times and counts from stdin");
    }
    return ez_preview_batch(stdin, stdout, given.timezone, now());
}

const ez_command ez_command_preview = {"preview", help, run, NULL};
