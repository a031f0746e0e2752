/* SPDX-License-Identifier: MIT */
#include "task/check.h"

#include "base/error.h"
#include "trigger/zone_name.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

/* How many of the first bytes of text are legal in an id. */
static size_t
count_legal(const char *text)
{
    static const bool legal[256] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['.'] = true,
        ['_'] = true,         ['-'] = true,         [':'] = true,
    };
    size_t n = 0;

    while (legal[(unsigned char)text[n]]) {
        n++;
    }
    return n;
}

bool
ez_task_check_id(const char *what, const char *id, execz_error *err)
{
    size_t legal = id == NULL ? 0 : count_legal(id);
    size_t length = id == NULL ? 0 : legal + strlen(id + legal);

    if (length == 0) {
        ez_fail(err, EXECZ_E_INVAL, "the %s is empty", what);
        return false;
    }
    if (length > EXECZ_TASK_ID_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "the %s '%.40s...' has %zu bytes; the limit is %d", what, id,
                length, EXECZ_TASK_ID_MAX);
        return false;
    }
    if (legal != length) {
        ez_fail(err, EXECZ_E_INVAL,
                "the %s '%s' has a character that is not allowed; use letters, digits and . _ - :",
                what, id);
        return false;
    }
    return true;
}

static bool
check_body(const execz_task_spec *spec, execz_error *err)
{
    int bodies = (spec->function != NULL) + (spec->argv != NULL) + (spec->shell != NULL);
    const char *colon = spec->function == NULL ? NULL : strchr(spec->function, ':');

    if (bodies != 1) {
        ez_fail(err, EXECZ_E_INVAL, "task '%s' needs exactly one of function, command and shell",
                spec->id);
        return false;
    }
    if (spec->argv != NULL && spec->argv[0] == NULL) {
        ez_fail(err, EXECZ_E_INVAL, "the command of task '%s' is empty", spec->id);
        return false;
    }
    if (spec->function != NULL && (colon == NULL || colon == spec->function || colon[1] == '\0')) {
        ez_fail(err, EXECZ_E_INVAL, "the function '%s' of task '%s' is not MODULE:NAME",
                spec->function, spec->id);
        return false;
    }
    return true;
}

static bool
check_environment(const execz_task_spec *spec, execz_error *err)
{
    for (size_t i = 0; spec->env != NULL && spec->env[i] != NULL; i++) {
        const char *equals = strchr(spec->env[i], '=');

        if (equals == NULL || equals == spec->env[i]) {
            ez_fail(err, EXECZ_E_INVAL, "'%s' in the environment of task '%s' is not NAME=value",
                    spec->env[i], spec->id);
            return false;
        }
    }
    return true;
}

static bool
check_arguments(const execz_task_spec *spec, execz_error *err)
{
    json_error_t where;
    json_t *args;

    if (spec->args == NULL) {
        return true;
    }
    if (strlen(spec->args) > EXECZ_ARGS_LENGTH_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "the arguments of task '%s' are longer than %" PRIu64 " bytes",
                spec->id, EXECZ_ARGS_LENGTH_MAX);
        return false;
    }
    args = json_loads(spec->args, JSON_REJECT_DUPLICATES, &where);
    if (args == NULL) {
        ez_fail(err, EXECZ_E_PARSE,
                "the arguments of task '%s' are not JSON: line %d column %d: %s", spec->id,
                where.line, where.column, where.text);
        return false;
    }
    if (!json_is_object(args)) {
        json_decref(args);
        ez_fail(err, EXECZ_E_PARSE,
                "the arguments of task '%s' are not a JSON object; write {\"name\": value}",
                spec->id);
        return false;
    }
    json_decref(args);
    return true;
}

static bool
check_numbers(const execz_task_spec *spec, execz_error *err)
{
    if (spec->max_instances > EXECZ_MAX_INSTANCES_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "max_instances of task '%s' is %u; the limit is %d", spec->id,
                spec->max_instances, EXECZ_MAX_INSTANCES_MAX);
        return false;
    }
    if (spec->output_limit > EXECZ_OUTPUT_LIMIT_MAX) {
        ez_fail(err, EXECZ_E_LIMIT,
                "output_limit of task '%s' is %" PRIu64 "; the limit is %" PRIu64, spec->id,
                spec->output_limit, EXECZ_OUTPUT_LIMIT_MAX);
        return false;
    }
    if (spec->timeout < 0) {
        ez_fail(err, EXECZ_E_INVAL, "the timeout of task '%s' is negative; 0 means none", spec->id);
        return false;
    }
    if (spec->kill_grace < 0 && spec->kill_grace != EXECZ_UNSET) {
        ez_fail(err, EXECZ_E_INVAL, "kill_grace of task '%s' is negative", spec->id);
        return false;
    }
    if (spec->coalesce > EXECZ_COALESCE_NONE) {
        ez_fail(err, EXECZ_E_INVAL,
                "coalesce of task '%s' is %u, which is none of EXECZ_COALESCE_*", spec->id,
                spec->coalesce);
        return false;
    }
    if (spec->delivery > EXECZ_DELIVERY_AT_LEAST_ONCE) {
        ez_fail(err, EXECZ_E_INVAL,
                "delivery of task '%s' is %u, which is none of EXECZ_DELIVERY_*", spec->id,
                spec->delivery);
        return false;
    }
    if (spec->origin > EXECZ_ORIGIN_CONFIG) {
        ez_fail(err, EXECZ_E_INVAL, "origin of task '%s' is %u, which is none of EXECZ_ORIGIN_*",
                spec->id, spec->origin);
        return false;
    }
    return true;
}

/* " of task 'ID'"; nothing for what is the scheduler's own, whose id is NULL. */
#define WHOSE "%s%s%s"
#define WHOSE_ARGS(id)                                                                             \
    (id) == NULL ? "" : " of task '", (id) == NULL ? "" : (id), (id) == NULL ? "" : "'"

static bool
check_overlap(const char *id, uint32_t overlap, uint32_t limit, execz_error *err)
{
    if (overlap > EXECZ_OVERLAP_REPLACE) {
        ez_fail(err, EXECZ_E_INVAL, "overlap" WHOSE " is %u, which is none of EXECZ_OVERLAP_*",
                WHOSE_ARGS(id), overlap);
        return false;
    }
    if (limit > EXECZ_OVERLAP_LIMIT_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "overlap_limit" WHOSE " is %u; the limit is %d", WHOSE_ARGS(id),
                limit, EXECZ_OVERLAP_LIMIT_MAX);
        return false;
    }
    if (limit != 0 && overlap != EXECZ_OVERLAP_QUEUE) {
        ez_fail(err, EXECZ_E_INVAL,
                "overlap_limit" WHOSE " is set, which is for an overlap of EXECZ_OVERLAP_QUEUE",
                WHOSE_ARGS(id));
        return false;
    }
    return true;
}

/* Before anybody reads them: a plan is known by its options. */
static bool
check_options(const execz_task_spec *spec, execz_error *err)
{
    if (spec->n_options > EXECZ_TASK_OPTIONS_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "task '%s' has %" PRIu64 " options; the limit is %d", spec->id,
                spec->n_options, EXECZ_TASK_OPTIONS_MAX);
        return false;
    }
    for (uint64_t i = 0; i < spec->n_options; i++) {
        if (spec->options == NULL || spec->options[i].key == NULL ||
            spec->options[i].value == NULL) {
            ez_fail(err, EXECZ_E_INVAL, "option %" PRIu64 " of task '%s' has no key or no value",
                    i + 1, spec->id);
            return false;
        }
    }
    return true;
}

bool
ez_task_check_own(const execz_task_spec *spec, execz_error *err)
{
    if (!ez_task_check_id("task id", spec->id, err)) {
        return false;
    }
    if (spec->trigger == NULL) {
        ez_fail(err, EXECZ_E_INVAL, "task '%s' has no trigger", spec->id);
        return false;
    }
    return check_options(spec, err) && check_arguments(spec, err);
}

bool
ez_task_check_plan(const execz_task_spec *spec, execz_error *err)
{
    if (spec->executor != NULL && !ez_task_check_id("executor alias", spec->executor, err)) {
        ez_error_prefix(err, "task '%s': ", spec->id);
        return false;
    }
    return check_body(spec, err) && check_environment(spec, err) && check_numbers(spec, err) &&
           check_overlap(spec->id, spec->overlap, spec->overlap_limit, err) &&
           ez_retry_check(spec, err);
}

bool
ez_task_check_defaults(const ez_task_defaults *defaults, execz_error *err)
{
    if (defaults->timezone != NULL && !ez_zone_name_exists(defaults->timezone)) {
        (void)ez_zone_name_fail(defaults->timezone, err);
        return false;
    }
    if (defaults->max_instances > EXECZ_MAX_INSTANCES_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "max_instances is %u; the limit is %d", defaults->max_instances,
                EXECZ_MAX_INSTANCES_MAX);
        return false;
    }
    if (defaults->coalesce > EXECZ_COALESCE_NONE) {
        ez_fail(err, EXECZ_E_INVAL, "coalesce is %u, which is none of EXECZ_COALESCE_*",
                defaults->coalesce);
        return false;
    }
    return check_overlap(NULL, defaults->overlap, defaults->overlap_limit, err);
}
