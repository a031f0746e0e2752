/* SPDX-License-Identifier: MIT */
#include "config/dotted.h"

#include "base/error.h"
#include "base/parse.h"

#include <string.h>

typedef struct group {
    const char *word;
    const char *kind;
    bool named;
} group;

static const group groups[] = {
    {"executors", "executor", true}, {"stores", "store", true},
    {"tasks", "task", true},         {"scheduler", "scheduler", false},
    {"defaults", "defaults", false}, {"task_defaults", "defaults", false}};

void
ez_dotted_clear(ez_dotted *self)
{
    g_clear_pointer(&self->kind, g_free);
    g_clear_pointer(&self->name, g_free);
}

static const group *
find_group(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        size_t length = strlen(groups[i].word);

        if (strncmp(key, groups[i].word, length) == 0 && key[length] == '.') {
            return &groups[i];
        }
    }
    return NULL;
}

/* Where the name at `at` ends; NULL if it is quoted and the closing quote is missing. */
static const char *
name_end(const char *at, const char **start)
{
    *start = at;
    if (*at != '"') {
        return at + strcspn(at, ".");
    }
    *start = at + 1;
    return strchr(*start, '"');
}

static execz_status
split_name(const char *key, const group *found, ez_dotted *out, execz_error *err)
{
    const char *start;
    const char *end = name_end(key + strlen(found->word) + 1, &start);
    const char *dot;

    if (end == NULL) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "the quoted name has no closing '\"'; write %s.\"%s\".KEY", found->word,
                       start);
    }
    dot = *end == '"' ? end + 1 : end;
    if (end == start || dot[0] != '.' || dot[1] == '\0') {
        return ez_fail(err, EXECZ_E_PARSE,
                       "a dotted key has three parts; write %s.NAME.KEY = value", found->word);
    }
    out->name = g_strndup(start, (gsize)(end - start));
    out->rest = (size_t)(dot + 1 - key);
    return EXECZ_OK;
}

execz_status
ez_dotted_split(const char *key, ez_dotted *out, execz_error *err)
{
    const group *found = find_group(key);
    execz_status status = EXECZ_OK;

    *out = (ez_dotted){0};
    if (found == NULL) {
        return EXECZ_OK;
    }
    if (found->named) {
        status = split_name(key, found, out, err);
    } else if (key[strlen(found->word) + 1] == '\0') {
        status =
            ez_fail(err, EXECZ_E_PARSE, "the key is missing; write %s.KEY = value", found->word);
    } else {
        out->rest = strlen(found->word) + 1;
    }
    if (status == EXECZ_OK) {
        out->kind = g_strdup(found->kind);
    }
    return status;
}

const char *
ez_dotted_nearest(const char *key)
{
    const char *words[G_N_ELEMENTS(groups)];
    const char *dot = strchr(key, '.');
    g_autofree char *first = NULL;

    if (dot == NULL) {
        return NULL;
    }
    first = g_strndup(key, (gsize)(dot - key));
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        words[i] = groups[i].word;
    }
    return ez_nearest(first, words, G_N_ELEMENTS(groups));
}
