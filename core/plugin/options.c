/* SPDX-License-Identifier: MIT */
#include "plugin/options.h"

#include "base/error.h"
#include "base/parse.h"
#include "plugin/codes.h"
#include "plugin/option_value.h"

#include <string.h>

/* A declared option and what became of it. */
typedef struct value {
    char *name; /* owned, as text */
    char *text; /* NULL: neither set nor with a default */
    uint32_t type;
    bool secret;
    int64_t number;
} value;

struct ez_options {
    value *values; /* owned, n of them, in the order of the schema */
    size_t n;
    execz_pair *pairs; /* owned; the names and texts are those of values */
    size_t n_pairs;
};

static bool
is_text(const char *field, size_t size)
{
    return memchr(field, '\0', size) != NULL;
}

#define IS_TEXT(field) is_text(field, sizeof(field))

/* Else it could not be shown as JSON. */
static bool
is_utf8(const execz_option *option)
{
    return g_utf8_validate(option->default_value, -1, NULL) &&
           g_utf8_validate(option->allowed, -1, NULL) && g_utf8_validate(option->help, -1, NULL);
}

static bool
is_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && *at != '_') {
            return false;
        }
    }
    return name[0] != '\0';
}

static execz_status
check_declaration(const execz_option *option, size_t index, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    int64_t number;

    if (!IS_TEXT(option->name) || !IS_TEXT(option->default_value) || !IS_TEXT(option->allowed) ||
        !IS_TEXT(option->help)) {
        return ez_plugin_fail(err, EZ_P_BAD_OPTIONS,
                              "option number %zu has a text without an end; "
                              "declare it with EXECZ_OPTION() and shorter texts",
                              index + 1);
    }
    if (!is_name(option->name)) {
        return ez_plugin_fail(err, EZ_P_BAD_OPTIONS,
                              "option number %zu has no proper name: lower case, digits and '_'",
                              index + 1);
    }
    if (!is_utf8(option)) {
        return ez_plugin_fail(err, EZ_P_BAD_OPTIONS,
                              "option '%s' has a text that is not UTF-8; save its source as UTF-8",
                              option->name);
    }
    if (option->type < EXECZ_OPTION_STRING || option->type > EXECZ_OPTION_CHOICE) {
        return ez_plugin_fail(err, EZ_P_BAD_OPTIONS,
                              "option '%s' has the type %u, which this execz does not know",
                              option->name, option->type);
    }
    if (ez_option_check_allowed(option, &why) != EXECZ_OK ||
        (option->default_value[0] != '\0' &&
         ez_option_check(option, option->default_value, &number, &why) != EXECZ_OK)) {
        return ez_plugin_fail(err, EZ_P_BAD_OPTIONS,
                              "option '%s' is declared against its own rules: %s", option->name,
                              why.message);
    }
    return EXECZ_OK;
}

execz_status
ez_options_check_schema(const execz_option *schema, size_t n, execz_error *err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < n; i++) {
        execz_status status = check_declaration(&schema[i], i, err);

        if (status != EXECZ_OK) {
            return status;
        }
        if (!g_hash_table_add(seen, (void *)schema[i].name)) {
            return ez_plugin_fail(err, EZ_P_BAD_OPTIONS, "option '%s' is declared twice",
                                  schema[i].name);
        }
    }
    return EXECZ_OK;
}

static void
report_unknown(const execz_option *schema, size_t n, const ez_options_source *source,
               const ez_setting *setting, ez_report *report)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *list = NULL;
    const char *near;

    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(names, (void *)schema[i].name);
    }
    near = ez_nearest(setting->key, (const char *const *)names->pdata, n);
    g_ptr_array_add(names, NULL);
    list = n == 0 ? g_strdup("it has no options") : g_strjoinv(", ", (char **)names->pdata);
    ez_report_add(report, setting->key_place, ez_plugin_code_text(EZ_P_UNKNOWN_OPTION),
                  "%s has no option '%s'%s%s%s; %s%s", source->owner, setting->key,
                  near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                  near == NULL ? "" : "\"?", n == 0 ? "" : "known: ", list);
}

static const execz_option *
find_declaration(const execz_option *schema, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(schema[i].name, name) == 0) {
            return &schema[i];
        }
    }
    return NULL;
}

static const ez_setting *
find_setting(const ez_options_source *source, const char *key, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(source->settings[i].key, key) == 0) {
            return &source->settings[i];
        }
    }
    return NULL;
}

/* Keys that nobody declared, and keys that come twice. */
static void
check_keys(const execz_option *schema, size_t n, const ez_options_source *source, ez_report *report)
{
    for (size_t i = 0; i < source->n_settings; i++) {
        const ez_setting *setting = &source->settings[i];
        const ez_setting *earlier = find_setting(source, setting->key, i);

        if (earlier != NULL) {
            ez_report_add(report, setting->key_place, ez_plugin_code_text(EZ_P_DUPLICATE_OPTION),
                          "%s: option '%s' is set twice; the first one is in line %u: keep one",
                          source->owner, setting->key, earlier->key_place.line);
        } else if (find_declaration(schema, n, setting->key) == NULL) {
            report_unknown(schema, n, source, setting, report);
        }
    }
}

/* Writes the option's text and number, or reports why not. */
static void
fill_value(value *out, const execz_option *option, const ez_options_source *source,
           ez_report *report)
{
    const ez_setting *setting = find_setting(source, option->name, source->n_settings);
    const char *text = setting != NULL ? setting->value : option->default_value;
    execz_error err = EXECZ_ERROR_INIT;

    out->name = g_strdup(option->name);
    out->type = option->type;
    out->secret = (option->flags & EXECZ_OPTION_SECRET) != 0;
    if (setting == NULL && text[0] == '\0') {
        if ((option->flags & EXECZ_OPTION_REQUIRED) != 0) {
            ez_report_add(report, source->place, ez_plugin_code_text(EZ_P_OPTION_MISSING),
                          "%s needs the option '%s'%s%s", source->owner, option->name,
                          option->help[0] == '\0' ? "" : ": ", option->help);
        }
        return;
    }
    if (ez_option_check(option, text, &out->number, &err) != EXECZ_OK) {
        ez_error_prefix(&err, "%s: option '%s': ", source->owner, option->name);
        ez_report_add_error(report, setting != NULL ? setting->value_place : source->place, &err);
        return;
    }
    out->text = option->type == EXECZ_OPTION_PATH ? g_canonicalize_filename(text, source->base_dir)
                                                  : g_strdup(text);
}

static void
make_pairs(ez_options *self)
{
    self->pairs = g_new0(execz_pair, self->n + 1);
    for (size_t i = 0; i < self->n; i++) {
        if (self->values[i].text != NULL) {
            self->pairs[self->n_pairs++] = (execz_pair){self->values[i].name, self->values[i].text};
        }
    }
}

ez_options *
ez_options_check(const execz_option *schema, size_t n, const ez_options_source *source,
                 ez_report *report)
{
    g_autoptr(ez_options) self = g_new0(ez_options, 1);
    size_t before = ez_report_count(report);
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_options_check_schema(schema, n, &err) != EXECZ_OK) {
        ez_error_prefix(&err, "%s: the plugin is at fault: ", source->owner);
        ez_report_add_error(report, source->place, &err);
        return NULL;
    }
    check_keys(schema, n, source, report);
    self->values = g_new0(value, n + 1);
    self->n = n;
    for (size_t i = 0; i < n; i++) {
        fill_value(&self->values[i], &schema[i], source, report);
    }
    if (ez_report_count(report) > before) {
        return NULL;
    }
    make_pairs(self);
    return g_steal_pointer(&self);
}

void
ez_options_free(ez_options *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->n; i++) {
        if (self->values[i].secret && self->values[i].text != NULL) {
            explicit_bzero(self->values[i].text, strlen(self->values[i].text));
        }
        g_free(self->values[i].text);
        g_free(self->values[i].name);
    }
    g_free(self->values);
    g_free(self->pairs);
    g_free(self);
}

static const value *
find_value(const ez_options *self, const char *name)
{
    for (size_t i = 0; i < self->n; i++) {
        if (strcmp(self->values[i].name, name) == 0) {
            return &self->values[i];
        }
    }
    return NULL;
}

const char *
ez_options_get(const ez_options *self, const char *name)
{
    const value *found = find_value(self, name);

    return found == NULL ? NULL : found->text;
}

execz_status
ez_options_get_i64(const ez_options *self, const char *name, int64_t *value_out)
{
    const value *found = find_value(self, name);

    if (found == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    if (!ez_option_is_number(&(execz_option){.type = found->type})) {
        return EXECZ_E_INVAL;
    }
    if (found->text == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    *value_out = found->number;
    return EXECZ_OK;
}

size_t
ez_options_count(const ez_options *self)
{
    return self->n_pairs;
}

const execz_pair *
ez_options_pairs(const ez_options *self)
{
    return self->pairs;
}
