/* SPDX-License-Identifier: MIT */
#include "run_name.h"

#include <stdio.h>
#include <string.h>

#define DIGITS_MIN 4   /* fewer of the last digits name a run by accident */
#define LOOKED_AT 1000 /* runs whose numbers may be meant by their last digits */

static bool
is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* "#-N" of "TASK#-N"; NULL if it is none. */
static const char *
find_place(const char *name)
{
    const char *place = strstr(name, "#-");

    return place != NULL && place > name && is_number(place + 2) ? place : NULL;
}

bool
ez_run_name_is_one(const char *name)
{
    return is_number(name) || find_place(name) != NULL;
}

/* Records that are not of a task, or a number, unless that is said.  Caller frees. */
static json_t *
ask(const char *socket, const char *task, json_int_t record, json_int_t limit, int *exit_out)
{
    const ez_ask plain = {socket, false};
    json_t *request = ez_ask_for("history"), *result = NULL, *records;

    ez_ask_set(request, "task", task);
    json_object_set_new(request, "record", json_integer(record));
    json_object_set_new(request, "limit", json_integer(limit));
    *exit_out = ez_ask_send(&plain, request, &result);
    records = json_incref(json_object_get(result, "records"));
    json_decref(result);
    return records;
}

static json_int_t
report_none(const char *name, int *exit_out)
{
    fprintf(stderr, "execz: there is no run %s in the history\n", name);
    *exit_out = EZ_EXIT_NOT_FOUND;
    return 0;
}

/* ---- TASK#-N -------------------------------------------------------------------------------- */

static json_int_t
find_by_place(const char *socket, const char *name, const char *place, int *exit_out)
{
    g_autofree char *task = g_strndup(name, (size_t)(place - name));
    guint64 n = 0;
    json_t *records;
    json_int_t id;

    if (!g_ascii_string_to_unsigned(place + 2, 10, 1, LOOKED_AT, &n, NULL)) {
        fprintf(stderr, "execz: '%s': the run of a task is #-1 to #-%d\n", name, LOOKED_AT);
        *exit_out = EZ_EXIT_USAGE;
        return 0;
    }
    records = ask(socket, task, 0, (json_int_t)n, exit_out);
    id = ez_ask_count(json_array_get(records, (size_t)n - 1), "id");
    json_decref(records);
    return id == 0 && *exit_out == EZ_EXIT_OK ? report_none(name, exit_out) : id;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool
ends_so(const json_t *record, const char *digits)
{
    g_autofree char *number = g_strdup_printf("%" JSON_INTEGER_FORMAT, ez_ask_count(record, "id"));

    return g_str_has_suffix(number, digits);
}

static json_int_t
find_by_end(const json_t *records, const char *digits, int *exit_out)
{
    const json_t *found = NULL;

    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *record = json_array_get(records, i);

        if (!ends_so(record, digits)) {
            continue;
        }
        if (found != NULL) {
            fprintf(stderr,
                    "execz: the numbers of several runs end in %s: %" JSON_INTEGER_FORMAT
                    " of %s and %" JSON_INTEGER_FORMAT " of %s; type more of it\n",
                    digits, ez_ask_count(found, "id"), ez_ask_text(found, "task"),
                    ez_ask_count(record, "id"), ez_ask_text(record, "task"));
            *exit_out = EZ_EXIT_NOT_FOUND;
            return 0;
        }
        found = record;
    }
    return found == NULL ? report_none(digits, exit_out) : ez_ask_count(found, "id");
}

static json_int_t
find_by_number(const char *socket, const char *digits, int *exit_out)
{
    guint64 number = 0;
    json_t *records = NULL;
    json_int_t id = 0;

    if (g_ascii_string_to_unsigned(digits, 10, 1, G_MAXINT64, &number, NULL)) {
        records = ask(socket, NULL, (json_int_t)number, 1, exit_out);
        id = ez_ask_count(json_array_get(records, 0), "id");
        json_decref(records);
        if (id != 0 || *exit_out != EZ_EXIT_OK) {
            return id;
        }
    }
    if (strlen(digits) < DIGITS_MIN) {
        return report_none(digits, exit_out);
    }
    records = ask(socket, NULL, 0, LOOKED_AT, exit_out);
    if (*exit_out == EZ_EXIT_OK) {
        id = find_by_end(records, digits, exit_out);
    }
    json_decref(records);
    return id;
}

json_int_t
ez_run_name_find(const char *socket, const char *name, int *exit_out)
{
    const char *place = find_place(name);

    return place != NULL ? find_by_place(socket, name, place, exit_out)
                         : find_by_number(socket, name, exit_out);
}
