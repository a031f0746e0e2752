/* SPDX-License-Identifier: MIT */
/* lines < OUTPUT: checks what `bench --json` printed, and prints the names of the rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static _Noreturn void
refuse(const char *line, const char *why)
{
    (void)fprintf(stderr, "lines: %s: %s\n", why, line);
    exit(1);
}

static void
expect_figure(const char *line, json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);

    if (!json_is_real(value) || json_real_value(value) < 0) {
        refuse(line, key);
    }
}

static void
check_measured(const char *line, json_t *object)
{
    const char *better = json_string_value(json_object_get(object, "better"));

    expect_figure(line, object, "ours");
    if (json_string_value(json_object_get(object, "unit")) == NULL) {
        refuse(line, "unit");
    }
    if (better == NULL || (strcmp(better, "higher") != 0 && strcmp(better, "lower") != 0)) {
        refuse(line, "better");
    }
    if (json_object_get(object, "note") == NULL &&
        json_is_string(json_object_get(object, "peer"))) {
        expect_figure(line, object, "peer_value");
        expect_figure(line, object, "ratio");
    } else if (!json_is_null(json_object_get(object, "peer_value")) ||
               !json_is_null(json_object_get(object, "ratio"))) {
        refuse(line, "a ratio without a peer");
    }
}

/* Only what is not installed may be left out. */
static void
check_reason(const char *line, const char *reason)
{
    if (strstr(reason, "is not installed") == NULL) {
        refuse(line, "left out without need");
    }
}

static void
check(const char *line)
{
    json_error_t error;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    const char *name = json_string_value(json_object_get(object, "name"));
    json_t *skipped = json_object_get(object, "skipped");
    json_t *note = json_object_get(object, "note");

    if (name == NULL) {
        refuse(line, object == NULL ? error.text : "name");
    }
    if (skipped == NULL) {
        check_measured(line, object);
    } else {
        check_reason(line, json_string_value(skipped));
    }
    if (note != NULL) {
        check_reason(line, json_string_value(note));
    }
    (void)printf("%s\n", name);
    json_decref(object);
}

int
main(void)
{
    char line[4096];

    while (fgets(line, sizeof line, stdin) != NULL) {
        check(line);
    }
    return 0;
}
