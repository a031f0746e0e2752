/* SPDX-License-Identifier: MIT */
#include "config/document.h"

#include <string.h>

ez_ini_entry *
ez_ini_entry_new(const char *key, const char *value, ez_place key_place)
{
    ez_ini_entry *self = g_new0(ez_ini_entry, 1);

    self->setting.key = g_strdup(key);
    self->setting.value = g_strdup(value);
    self->setting.key_place = key_place;
    self->spans = g_array_new(FALSE, FALSE, sizeof(ez_span));
    return self;
}

void
ez_ini_entry_free(ez_ini_entry *self)
{
    if (self != NULL) {
        g_free((char *)self->setting.key);
        g_free((char *)self->setting.value);
        g_array_unref(self->spans);
        g_free(self);
    }
}

ez_place
ez_ini_entry_place(const ez_ini_entry *self, size_t offset)
{
    const ez_span *found = &g_array_index(self->spans, ez_span, 0);

    offset = MIN(offset, strlen(self->setting.value));
    for (guint i = 1; i < self->spans->len; i++) {
        const ez_span *span = &g_array_index(self->spans, ez_span, i);

        if (span->offset <= offset) {
            found = span;
        }
    }
    return (ez_place){self->setting.key_place.file, found->line,
                      found->column + (unsigned)(offset - found->offset)};
}

static void
free_entry(void *entry)
{
    ez_ini_entry_free(entry);
}

static ez_section *
new_section(const char *kind, const char *name, ez_place place)
{
    ez_section *self = g_new0(ez_section, 1);

    self->kind = g_strdup(kind);
    self->name = g_strdup(name);
    self->place = place;
    self->entries = g_ptr_array_new_with_free_func(free_entry);
    self->entry_map = g_hash_table_new(g_str_hash, g_str_equal);
    return self;
}

static void
free_section(void *data)
{
    ez_section *self = data;

    g_hash_table_unref(self->entry_map);
    g_ptr_array_unref(self->entries);
    g_free(self->kind);
    g_free(self->name);
    g_free(self);
}

char *
ez_section_title(const ez_section *self)
{
    return self->name == NULL ? g_strdup_printf("[%s]", self->kind)
                              : g_strdup_printf("[%s:%s]", self->kind, self->name);
}

const ez_ini_entry *
ez_section_find(const ez_section *self, const char *key)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(self->entry_map, key));

    return number == 0 ? NULL : self->entries->pdata[number - 1];
}

static void
report_twice(const ez_section *self, const ez_ini_entry *first, const ez_ini_entry *second,
             ez_report *report)
{
    g_autofree char *title = ez_section_title(self);
    g_autofree char *place = ez_place_format(first->setting.key_place);

    ez_config_problem(report, second->setting.key_place, EZ_C_KEY_TWICE,
                      "'%s' is set twice in %s, first at %s: keep one", second->setting.key, title,
                      place);
}

void
ez_section_take(ez_section *self, ez_ini_entry *entry, ez_report *report)
{
    const char *key = entry->setting.key;
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(self->entry_map, key));
    ez_ini_entry *earlier = number == 0 ? NULL : self->entries->pdata[number - 1];

    if (earlier == NULL) {
        g_ptr_array_add(self->entries, entry);
        g_hash_table_insert(self->entry_map, (char *)key, GUINT_TO_POINTER(self->entries->len));
    } else if (earlier->setting.key_place.file == entry->setting.key_place.file) {
        report_twice(self, earlier, entry, report);
        ez_ini_entry_free(entry);
    } else {
        self->entries->pdata[number - 1] = entry;
        g_hash_table_replace(self->entry_map, (char *)key, GUINT_TO_POINTER(number));
        ez_ini_entry_free(earlier);
    }
}

ez_document *
ez_document_new(void)
{
    ez_document *self = g_new0(ez_document, 1);

    self->files = g_ptr_array_new_with_free_func(g_free);
    self->sections = g_ptr_array_new_with_free_func(free_section);
    self->section_map = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

void
ez_document_free(ez_document *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->section_map);
        g_ptr_array_unref(self->sections);
        g_ptr_array_unref(self->files);
        g_free(self);
    }
}

const char *
ez_document_add_file(ez_document *self, const char *path)
{
    char *name = g_strdup(path);

    g_ptr_array_add(self->files, name);
    return name;
}

static char *
map_key(const char *kind, const char *name)
{
    return g_strconcat(kind, ":", name, NULL);
}

ez_section *
ez_document_find(const ez_document *self, const char *kind, const char *name)
{
    g_autofree char *key = map_key(kind, name);

    return g_hash_table_lookup(self->section_map, key);
}

/* Adds a section; NULL if that would be one too many. */
static ez_section *
add_section(ez_document *self, const char *kind, const char *name, ez_place place,
            ez_report *report)
{
    ez_section *section;

    if (self->sections->len >= EZ_CONFIG_SECTIONS_MAX) {
        if (!self->full) {
            ez_config_problem(report, place, EZ_C_TOO_MANY_SECTIONS,
                              "a configuration has at most %d sections; this one and all that "
                              "follow were not read",
                              EZ_CONFIG_SECTIONS_MAX);
        }
        self->full = self->damaged = true;
        return NULL;
    }
    section = new_section(kind, name, place);
    g_ptr_array_add(self->sections, section);
    return section;
}

ez_section *
ez_document_need_section(ez_document *self, const char *kind, const char *name, ez_place place,
                         ez_report *report)
{
    ez_section *section = ez_document_find(self, kind, name);

    if (section == NULL) {
        section = add_section(self, kind, name, place, report);
        if (section != NULL) {
            g_hash_table_insert(self->section_map, map_key(kind, name), section);
        }
    }
    return section;
}

ez_section *
ez_document_open_section(ez_document *self, const char *kind, const char *name, ez_place place,
                         ez_report *report)
{
    ez_section *section = ez_document_need_section(self, kind, name, place, report);

    if (section == NULL) {
        return NULL;
    }
    if (section->header.file == place.file) {
        g_autofree char *title = ez_section_title(section);
        g_autofree char *first = ez_place_format(section->header);

        ez_config_problem(report, place, EZ_C_SECTION_TWICE,
                          "%s stands twice in this file, first at %s: make it one section, or give "
                          "them different names",
                          title, first);
        return add_section(self, kind, name, place, report);
    }
    if (section->header.file == NULL) {
        section->place = place;
    }
    section->header = place;
    return section;
}
