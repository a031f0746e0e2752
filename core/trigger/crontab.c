/* SPDX-License-Identifier: MIT */
/* Five fields are minute, hour, day of the month, month and day of the week.  Six have a second in
 * front of them, as in most programs that take six, and seven a year behind them as well.
 *
 * When both days are restricted a day needs to be only one of them, as crontab(5) has it; a day
 * that begins with "*" is not restricted, so that "*" and "/2" in one word needs both. */
#include "trigger/crontab.h"

#include "base/error.h"
#include "base/parse.h"
#include "trigger/fields.h"

#include <string.h>

static const char *const keys[] = {"expression", "gap",    "fold",    "start_at",
                                   "end_at",     "jitter", "timezone"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), "expression"};

/* The order in which fields are written; a text of five begins with the second one. */
static const ez_field order[] = {
    EZ_FIELD_SECOND, EZ_FIELD_MINUTE,      EZ_FIELD_HOUR, EZ_FIELD_DAY,
    EZ_FIELD_MONTH,  EZ_FIELD_DAY_OF_WEEK, EZ_FIELD_YEAR,
};

static const struct {
    const char *name, *text;
} nicknames[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

/* A text taken apart. */
typedef struct crontab {
    ez_fields fields;
    size_t offsets[EZ_FIELDS]; /* of each field in the text */
} crontab;

static void
crontab_clear(crontab *self)
{
    ez_fields_clear(&self->fields);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(crontab, crontab_clear)

static execz_status
fail_nickname(ez_build *build, const char *text)
{
    const char *names[G_N_ELEMENTS(nicknames)];
    g_autofree char *known = NULL;
    const char *nearest;

    for (size_t i = 0; i < G_N_ELEMENTS(nicknames); i++) {
        names[i] = nicknames[i].name;
    }
    known = ez_words_join(names, G_N_ELEMENTS(names));
    nearest = ez_nearest(text, names, G_N_ELEMENTS(names));
    if (nearest != NULL) {
        return ez_fail(build->err, EXECZ_E_PARSE, "unknown '%s', did you mean \"%s\"?", text,
                       nearest);
    }
    return ez_fail(build->err, EXECZ_E_PARSE, "unknown '%s'; there are %s", text, known);
}

/* The fields for which a nickname stands; text itself if it is none. */
static execz_status
expand(ez_build *build, const char *text, const char **fields_out)
{
    *fields_out = text;
    if (*text != '@') {
        return EXECZ_OK;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(nicknames); i++) {
        if (g_ascii_strcasecmp(text, nicknames[i].name) == 0) {
            *fields_out = nicknames[i].text;
            return EXECZ_OK;
        }
    }
    return fail_nickname(build, text);
}

/* The words of text, whose order is kept. */
static GPtrArray *
split(const char *text)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    size_t length;

    for (text += strspn(text, EZ_SYNTAX_BLANKS); *text != '\0';
         text += strspn(text, EZ_SYNTAX_BLANKS)) {
        length = strcspn(text, EZ_SYNTAX_BLANKS);
        g_ptr_array_add(words, g_strndup(text, length));
        text += length;
    }
    return words;
}

/* The words with one blank between them. */
static char *
join(const GPtrArray *words)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < words->len; i++) {
        g_string_append_printf(text, "%s%s", i == 0 ? "" : " ",
                               (const char *)g_ptr_array_index(words, i));
    }
    return g_string_free(text, FALSE);
}

static void
set_fields(crontab *self, const char *text, const GPtrArray *words)
{
    size_t offset = 0;

    for (guint i = 0; i < words->len; i++) {
        const char *word = g_ptr_array_index(words, i);
        ez_field field = order[words->len == 5 ? i + 1 : i];

        offset += strspn(text + offset, EZ_SYNTAX_BLANKS);
        self->offsets[field] = offset;
        self->fields.texts[field] = g_strdup(word);
        offset += strlen(word);
    }
    for (int field = 0; field < EZ_FIELDS; field++) {
        if (self->fields.texts[field] == NULL) {
            self->fields.texts[field] = g_strdup(field == EZ_FIELD_SECOND ? "0" : "*");
        }
    }
}

static execz_status
crontab_read(crontab *self, ez_build *build, const char *text)
{
    g_autofree char *word = g_strstrip(g_strdup(text));
    g_autoptr(GPtrArray) words = NULL;
    GString *arguments = g_string_new(NULL);
    const char *fields;
    execz_status status = expand(build, word, &fields);

    self->fields.dialect = EZ_DIALECT_CRONTAB;
    if (status == EXECZ_OK) {
        g_autofree char *canonical = NULL;

        words = split(fields);
        canonical = fields == word ? join(words) : g_ascii_strdown(word, -1);
        ez_syntax_append(arguments, NULL, canonical);
    }
    self->fields.arguments = g_string_free(arguments, FALSE);
    if (status == EXECZ_OK && (words->len < 5 || words->len > 7)) {
        return ez_fail(build->err, EXECZ_E_PARSE,
                       "'%s' has %u field%s; write minute, hour, day, month and day of the week, "
                       "e.g. \"30 2 * * 1-5\", with seconds in front or also a year behind",
                       word, words->len, words->len == 1 ? "" : "s");
    }
    if (status == EXECZ_OK) {
        set_fields(self, fields == word ? text : fields, words);
    }
    return status;
}

/* Makes the trigger; a mistake is told relative to build->column. */
static execz_status
crontab_finish(crontab *self, ez_build *build, ez_scope *scope, ez_trigger **trigger_out)
{
    ez_fields_mistake mistake;
    execz_status status =
        ez_fields_finish(&self->fields, &ez_crontab_kind, scope, trigger_out, &mistake, build->err);

    if (status != EXECZ_OK && mistake.field < EZ_FIELDS) {
        build->column += self->offsets[mistake.field] + mistake.offset;
        ez_error_prefix(build->err, "%s: ", ez_field_names[mistake.field]);
    }
    return status;
}

execz_status
ez_crontab_new(ez_build *build, const char *text, ez_scope *scope, ez_trigger **trigger_out)
{
    g_auto(crontab) self = {0};
    execz_status status = crontab_read(&self, build, text);

    if (status != EXECZ_OK) {
        return status;
    }
    self.fields.policy = ez_fields_usual_policy(&self.fields);
    return crontab_finish(&self, build, scope, trigger_out);
}

static execz_status
crontab_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    const ez_syntax_argument *expression = ez_arguments_find(call, &signature, "expression");
    g_auto(crontab) self = {0};
    execz_status status = ez_arguments_check(build, call, &signature);
    ez_scope scope;

    if (status != EXECZ_OK) {
        return status;
    }
    if (expression == NULL) {
        return ez_build_fail(build, call->column,
                             "crontab needs its fields, e.g. crontab(\"30 2 * * 1-5\")");
    }
    build->column = expression->value_column;
    status = crontab_read(&self, build, expression->value);
    if (status == EXECZ_OK) {
        status = ez_policy_read(&self.fields.policy, ez_fields_usual_policy(&self.fields), build,
                                call, &signature);
    }
    if (status == EXECZ_OK) {
        status = ez_scope_read(&scope, build, call, &signature);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    build->column = expression->value_column + expression->is_quoted;
    status = crontab_finish(&self, build, &scope, trigger_out);
    ez_scope_clear(&scope);
    return status;
}

const ez_trigger_kind ez_crontab_kind = {
    .name = "crontab",
    .build = crontab_build,
    .next = ez_fields_next,
    .last = ez_fields_last,
    .count = ez_fields_count,
    .format = ez_fields_format,
    .deinit = ez_fields_deinit,
    .meet = ez_fields_meet,
    .policy = ez_fields_policy,
    .next_under = ez_fields_next_under,
    .next_wall = ez_fields_next_wall,
    .grain = EXECZ_SECOND,
};
