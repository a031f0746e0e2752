/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include "base/address.h"
#include "base/parse.h"
#include "config/body.h"
#include "config/policy.h"
#include "trigger/zone.h"

#include <execz/task.h>

#include <stdarg.h>
#include <string.h>

const char *
ez_reading_keep_text(const ez_reading *reading, char *text)
{
    g_ptr_array_add(reading->arena, text);
    return text;
}

const char *const *
ez_reading_keep(const ez_reading *reading, char **vector)
{
    for (char **text = vector; *text != NULL; text++) {
        g_ptr_array_add(reading->arena, *text);
    }
    g_ptr_array_add(reading->arena, vector);
    return (const char *const *)vector;
}

/* What somebody may not know who writes such a value; "" if nothing comes to mind. */
static const char *
hint(const char *value, ez_config_code code)
{
    size_t length = strlen(value);

    if (code == EZ_C_BAD_COMMAND || code == EZ_C_BAD_ARGS) {
        return ""; /* quotes do mean something there */
    }
    if (length >= 2 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0]) {
        return "; values are written without quotes";
    }
    if (strstr(value, " #") != NULL || strstr(value, " ;") != NULL) {
        return "; a comment needs a line of its own";
    }
    return "";
}

void
ez_value_problem(const ez_reading *reading, const ez_ini_entry *entry, size_t offset,
                 ez_config_code code, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    ez_config_problem(reading->report, ez_ini_entry_place(entry, offset), code, "%s: %s%s",
                      entry->setting.key, message, hint(entry->setting.value, code));
}

/* ---- texts ---------------------------------------------------------------------------------- */

static bool
read_timezone(const ez_reading *reading, const ez_ini_entry *entry, const char **out)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_zone *zone = NULL;

    if (ez_zone_open(entry->setting.value, &zone, &err) != EXECZ_OK) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_TIMEZONE, "%s", err.message);
        return false;
    }
    ez_zone_unref(zone);
    *out = entry->setting.value;
    return true;
}

static bool
read_address(const ez_reading *reading, const ez_ini_entry *entry, const char **out)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_address_check(entry->setting.value, &err) != EXECZ_OK) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_ADDRESS, "%s", err.message);
        return false;
    }
    *out = entry->setting.value;
    return true;
}

/* The absolute form of the path at offset; NULL if it is none. */
static char *
read_path(const ez_reading *reading, const ez_ini_entry *entry, const char *path, size_t offset)
{
    if (path[0] == '\0') {
        ez_value_problem(reading, entry, offset, EZ_C_BAD_PATH,
                         "an empty path in the list; remove one ':'");
        return NULL;
    }
    if (path[0] == '~') {
        ez_value_problem(
            reading, entry, offset, EZ_C_BAD_PATH,
            "'~' means nothing here; write the whole path, or ./~ if that is its name");
        return NULL;
    }
    return g_canonicalize_filename(path, reading->base_dir);
}

static bool
read_one_path(const ez_reading *reading, const ez_ini_entry *entry, const char **out)
{
    char *path = read_path(reading, entry, entry->setting.value, 0);

    if (path == NULL) {
        return false;
    }
    *out = ez_reading_keep_text(reading, path);
    return true;
}

static bool
read_paths(const ez_reading *reading, const ez_ini_entry *entry, const char *const **out)
{
    g_auto(GStrv) parts = g_strsplit(entry->setting.value, ":", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    bool good = true;
    size_t offset = 0;

    for (char **part = parts; *part != NULL; part++) {
        size_t length = strlen(*part);
        size_t blanks = strspn(*part, " \t");
        g_autofree char *path = read_path(reading, entry, g_strstrip(*part), offset + blanks);

        if (path == NULL) {
            good = false;
        } else {
            g_strv_builder_add(builder, path);
        }
        offset += length + 1;
    }
    if (good) {
        *out = ez_reading_keep(reading, g_strv_builder_end(builder));
    }
    return good;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool
read_whole(const ez_reading *reading, const ez_ini_entry *entry, int64_t low, int64_t high,
           int64_t *out)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t number;

    if (ez_parse_i64(entry->setting.value, &number, &err) != EXECZ_OK) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_NUMBER, "%s", err.message);
        return false;
    }
    if (number < low || number > high) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_NUMBER,
                         "%" G_GINT64_FORMAT " is out of range; it must be from %" G_GINT64_FORMAT
                         " to %" G_GINT64_FORMAT,
                         number, low, high);
        return false;
    }
    *out = number;
    return true;
}

static bool
read_count(const ez_reading *reading, const ez_ini_entry *entry, int64_t high, uint32_t *out)
{
    int64_t number;
    bool good = read_whole(reading, entry, 1, high, &number);

    if (good) {
        *out = (uint32_t)number;
    }
    return good;
}

static bool
read_priority(const ez_reading *reading, const ez_ini_entry *entry, int32_t *out)
{
    int64_t number;
    bool good = read_whole(reading, entry, INT32_MIN, INT32_MAX, &number);

    if (good) {
        *out = (int32_t)number;
    }
    return good;
}

static bool
read_size(const ez_reading *reading, const ez_ini_entry *entry, uint64_t *out)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t size;

    if (ez_parse_size(entry->setting.value, &size, &err) != EXECZ_OK) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_SIZE, "%s", err.message);
        return false;
    }
    if (size < 1 || (uint64_t)size > EXECZ_OUTPUT_LIMIT_MAX) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_SIZE,
                         "'%s' is out of range; it must be from 1 byte to 1 GiB",
                         entry->setting.value);
        return false;
    }
    *out = (uint64_t)size;
    return true;
}

static bool
read_duration(const ez_reading *reading, const ez_ini_entry *entry, execz_duration *out)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_parse_duration(entry->setting.value, out, &err) != EXECZ_OK) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_DURATION, "%s", err.message);
        return false;
    }
    return true;
}

/* A duration that is not 0, or "unlimited". */
static bool
read_limit(const ez_reading *reading, const ez_ini_entry *entry, execz_duration unlimited,
           execz_duration *out)
{
    execz_duration duration;

    if (g_ascii_strcasecmp(entry->setting.value, "unlimited") == 0) {
        *out = unlimited;
        return true;
    }
    if (!read_duration(reading, entry, &duration)) {
        return false;
    }
    if (duration == 0) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_DURATION,
                         "it must be longer than 0; write unlimited if there is to be no limit");
        return false;
    }
    *out = duration;
    return true;
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool
read_log_level(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    static const char *const words[] = {"debug", "info", "warning", "error"};
    const char *near;

    for (uint32_t level = EXECZ_LOG_DEBUG; level <= EXECZ_LOG_ERROR; level++) {
        if (g_ascii_strcasecmp(entry->setting.value, words[level]) == 0) {
            *out = level;
            return true;
        }
    }
    near = ez_nearest(entry->setting.value, words, G_N_ELEMENTS(words));
    ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE,
                     "'%s' is none of debug, info, warning, error%s%s%s", entry->setting.value,
                     near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                     near == NULL ? "" : "\"?");
    return false;
}

static bool
read_yes(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    execz_error err = EXECZ_ERROR_INIT;
    bool yes = false, is_one = ez_parse_bool(entry->setting.value, &yes, &err) == EXECZ_OK;

    *out = is_one ? yes : *out;
    if (!is_one) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE, "%s", err.message);
    }
    return is_one;
}

/* ---- all ------------------------------------------------------------------------------------ */

static bool
is_free_text(ez_value_type type)
{
    return type == EZ_VALUE_TEXT || type == EZ_VALUE_COMMAND || type == EZ_VALUE_ARGS ||
           type == EZ_VALUE_PATHS || type == EZ_VALUE_PATH;
}

/* What is the same for all types: a value is there, and not absurdly long. */
static bool
check_text(const ez_reading *reading, const ez_ini_entry *entry, ez_value_type type)
{
    if (entry->setting.value[0] == '\0') {
        ez_value_problem(reading, entry, 0, EZ_C_EMPTY_VALUE,
                         "the value is missing; write one, or remove the line");
        return false;
    }
    if (!is_free_text(type) && strlen(entry->setting.value) > EZ_CONFIG_WORD_MAX) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE,
                         "the value has %zu bytes; the limit is %d", strlen(entry->setting.value),
                         EZ_CONFIG_WORD_MAX);
        return false;
    }
    return true;
}

static bool
read_policy_type(const ez_reading *reading, const ez_ini_entry *entry, ez_value_type type,
                 void *out)
{
    switch (type) {
    case EZ_VALUE_OVERLAP:
        return ez_policy_read_overlap(reading, entry, out);
    case EZ_VALUE_OUTCOMES:
        return ez_policy_read_outcomes(reading, entry, out);
    case EZ_VALUE_FACTOR:
        return ez_policy_read_factor(reading, entry, out);
    case EZ_VALUE_SHARE:
        return ez_policy_read_share(reading, entry, out);
    case EZ_VALUE_COALESCE:
        return ez_policy_read_coalesce(reading, entry, out);
    case EZ_VALUE_DELIVERY:
        return ez_policy_read_delivery(reading, entry, out);
    default:
        return ez_policy_read_statuses(reading, entry, out);
    }
}

static bool
read_text_type(const ez_reading *reading, const ez_ini_entry *entry, ez_value_type type, void *out)
{
    switch (type) {
    case EZ_VALUE_TIMEZONE:
        return read_timezone(reading, entry, out);
    case EZ_VALUE_PATH:
        return read_one_path(reading, entry, out);
    case EZ_VALUE_PATHS:
        return read_paths(reading, entry, out);
    case EZ_VALUE_ADDRESS:
        return read_address(reading, entry, out);
    case EZ_VALUE_FUNCTION:
        return ez_body_read_function(reading, entry, out);
    case EZ_VALUE_COMMAND:
        return ez_body_read_command(reading, entry, out);
    case EZ_VALUE_ARGS:
        return ez_body_read_args(reading, entry, out);
    default:
        *(const char **)out = entry->setting.value;
        return true;
    }
}

bool
ez_value_read(const ez_reading *reading, const ez_ini_entry *entry, ez_value_type type, void *out)
{
    if (type == EZ_VALUE_ELSEWHERE) {
        return true;
    }
    if (!check_text(reading, entry, type)) {
        return false;
    }
    switch (type) {
    case EZ_VALUE_COUNT:
        return read_count(reading, entry, EXECZ_MAX_INSTANCES_MAX, out);
    case EZ_VALUE_ATTEMPTS:
        return read_count(reading, entry, EXECZ_ATTEMPTS_MAX, out);
    case EZ_VALUE_PRIORITY:
        return read_priority(reading, entry, out);
    case EZ_VALUE_SIZE:
        return read_size(reading, entry, out);
    case EZ_VALUE_DURATION:
        return read_duration(reading, entry, out);
    case EZ_VALUE_TIMEOUT:
        return read_limit(reading, entry, 0, out);
    case EZ_VALUE_GRACE:
        return read_limit(reading, entry, -1, out);
    case EZ_VALUE_OVERLAP:
    case EZ_VALUE_OUTCOMES:
    case EZ_VALUE_FACTOR:
    case EZ_VALUE_SHARE:
    case EZ_VALUE_STATUSES:
    case EZ_VALUE_COALESCE:
    case EZ_VALUE_DELIVERY:
        return read_policy_type(reading, entry, type, out);
    case EZ_VALUE_LOG_LEVEL:
        return read_log_level(reading, entry, out);
    case EZ_VALUE_YES:
        return read_yes(reading, entry, out);
    default:
        return read_text_type(reading, entry, type, out);
    }
}
