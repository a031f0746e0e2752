/* SPDX-License-Identifier: MIT */
/* Triggers as <execz/trigger.h> promises them. */
#include <execz/trigger.h>

#include "base/error.h"
#include "trigger/edge.h"
#include "trigger/kind.h"
#include "trigger/text.h"

#include <string.h>

typedef execz_status (*parse_function)(const char *text, const ez_trigger_defaults *defaults,
                                       ez_trigger **trigger_out, size_t *column_out,
                                       execz_error *err);

static ez_trigger *
inner(const execz_trigger *self)
{
    return (ez_trigger *)self; /* what a program holds is nothing else */
}

static execz_trigger *
parse_with(parse_function parse, const char *text, const execz_trigger_surroundings *surroundings,
           size_t *column_out, execz_error *err)
{
    execz_trigger_surroundings whole = EXECZ_TRIGGER_SURROUNDINGS_INIT;
    ez_trigger *trigger = NULL;

    if (text == NULL) {
        (void)ez_fail(err, EXECZ_E_INVAL, "there is no text of a trigger");
        return NULL;
    }
    if (surroundings != NULL && surroundings->size < sizeof whole) {
        (void)ez_fail(err, EXECZ_E_INVAL,
                      "the surroundings have %" G_GUINT32_FORMAT " bytes, at least %zu are needed; "
                      "begin with EXECZ_TRIGGER_SURROUNDINGS_INIT",
                      surroundings->size, sizeof whole);
        return NULL;
    }
    if (surroundings != NULL) {
        whole = *surroundings; /* what a later version has added is not known here */
    }
    (void)parse(text, &(ez_trigger_defaults){whole.timezone, whole.anchor}, &trigger, column_out,
                err);
    return (execz_trigger *)trigger;
}

execz_trigger *
execz_trigger_parse(const char *text, const execz_trigger_surroundings *surroundings,
                    size_t *column_out, execz_error *err)
{
    return parse_with(ez_trigger_parse, text, surroundings, column_out, err);
}

execz_trigger *
execz_trigger_from_crontab(const char *line, const execz_trigger_surroundings *surroundings,
                           size_t *column_out, execz_error *err)
{
    return parse_with(ez_trigger_parse_cron, line, surroundings, column_out, err);
}

execz_trigger *
execz_trigger_from_every(const char *length, const execz_trigger_surroundings *surroundings,
                         size_t *column_out, execz_error *err)
{
    return parse_with(ez_trigger_parse_every, length, surroundings, column_out, err);
}

execz_trigger *
execz_trigger_from_at(const char *time, const execz_trigger_surroundings *surroundings,
                      size_t *column_out, execz_error *err)
{
    return parse_with(ez_trigger_parse_at, time, surroundings, column_out, err);
}

void
execz_trigger_free(execz_trigger *self)
{
    ez_trigger_unref(inner(self));
}

execz_status
execz_trigger_next(const execz_trigger *self, execz_time after, execz_time *time_out)
{
    ez_found found;

    if (self == NULL || time_out == NULL) {
        return EXECZ_E_INVAL;
    }
    found = ez_trigger_find_next(inner(self), after);
    *time_out = found.sure ? found.time : found.time - 1;
    return found.sure ? EXECZ_OK : EXECZ_E_BUSY;
}

execz_status
execz_trigger_last(const execz_trigger *self, execz_time until, execz_time *time_out)
{
    ez_found found;

    if (self == NULL || time_out == NULL) {
        return EXECZ_E_INVAL;
    }
    found = ez_trigger_find_last(inner(self), until);
    if (found.sure && found.time == EZ_TIME_NONE) {
        return EXECZ_E_NOT_FOUND;
    }
    *time_out = found.time;
    return found.sure ? EXECZ_OK : EXECZ_E_BUSY;
}

uint64_t
execz_trigger_count(const execz_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    return self == NULL ? 0 : ez_trigger_count(inner(self), after, until, limit);
}

int
execz_trigger_counts_from_end(const execz_trigger *self)
{
    return self != NULL && ez_trigger_counts_from_end(inner(self));
}

int
execz_trigger_at_shutdown(const execz_trigger *self)
{
    return self != NULL && ez_trigger_at_shutdown(inner(self));
}

static size_t
copy_out(const char *source, char *text, size_t size)
{
    return text == NULL || size == 0 ? strlen(source) : g_strlcpy(text, source, size);
}

size_t
execz_trigger_format(const execz_trigger *self, char *text, size_t size)
{
    g_autofree char *whole = self == NULL ? g_strdup("") : ez_trigger_format(inner(self));

    return copy_out(whole, text, size);
}

size_t
execz_trigger_local_time(const execz_trigger *self, execz_time time, char *text, size_t size)
{
    ez_moment moment = {CLAMP(time, EZ_CIVIL_BEGIN, EZ_CIVIL_END - 1), false};
    g_autofree char *whole =
        self == NULL ? g_strdup("") : ez_moment_format(&moment, inner(self)->scope.zone);

    return copy_out(whole, text, size);
}

size_t
execz_trigger_note(const execz_trigger *self, execz_time after, execz_time time, char *text,
                   size_t size)
{
    g_autofree char *whole = self == NULL ? g_strdup("") : ez_edge_note(inner(self), after, time);

    return copy_out(whole, text, size);
}
