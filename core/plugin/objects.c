/* SPDX-License-Identifier: MIT */
/*
 * Two copies of a library in one process each have their own variables and their own idea of what was
 * initialised, and which of them a call reaches depends on the order of loading; what is made by the
 * one and freed by the other crashes far from its cause.  The loader prevents it only where both have
 * the same DT_SONAME, so it is looked for here, by that name without its version.
 */
#include "plugin/objects.h"

#include <link.h>
#include <string.h>

typedef struct object {
    char *path; /* owned */
    char *stem; /* owned; "libssl" of "libssl.so.3" */
} object;

struct ez_objects {
    GArray *all; /* object */
};

static void
clear_object(void *element)
{
    object *self = element;

    g_free(self->path);
    g_free(self->stem);
}

static const ElfW(Dyn) * dynamic_section(const struct dl_phdr_info *info)
{
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            return (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        }
    }
    return NULL;
}

/* DT_SONAME; NULL if it has none. */
static const char *
name_of(const struct dl_phdr_info *info)
{
    const ElfW(Dyn) *entry = dynamic_section(info);
    uintptr_t texts = 0, name = 0;

    for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_STRTAB) {
            texts = entry->d_un.d_ptr;
        } else if (entry->d_tag == DT_SONAME) {
            name = entry->d_un.d_val;
        }
    }
    if (texts == 0 || name == 0) {
        return NULL;
    }
    if (texts < info->dlpi_addr) { /* where that section cannot be written, it was not relocated */
        texts += info->dlpi_addr;
    }
    return (const char *)(texts + name);
}

static int
add_object(struct dl_phdr_info *info, size_t size, void *user)
{
    ez_objects *self = user;
    const char *name, *end;
    object found;

    /* What is mapped from a descriptor is a plugin: of those there may be many generations. */
    if (info->dlpi_name == NULL || info->dlpi_name[0] != '/' ||
        g_str_has_prefix(info->dlpi_name, "/proc/self/fd/")) {
        return 0;
    }
    name = name_of(info);
    end = name == NULL ? NULL : strstr(name, ".so");
    if (end == NULL) {
        return 0;
    }
    found.path = g_strdup(info->dlpi_name);
    found.stem = g_strndup(name, (gsize)(end - name));
    g_array_append_val(self->all, found);
    return 0;
}

ez_objects *
ez_objects_new(void)
{
    ez_objects *self = g_new0(ez_objects, 1);

    self->all = g_array_new(FALSE, FALSE, sizeof(object));
    g_array_set_clear_func(self->all, clear_object);
    dl_iterate_phdr(add_object, self);
    return self;
}

void
ez_objects_free(ez_objects *self)
{
    if (self != NULL) {
        g_array_unref(self->all);
        g_free(self);
    }
}

/* The object at that path, or if path is NULL one of that name. */
static const object *
find(const ez_objects *self, const char *path, const char *stem)
{
    for (guint i = 0; i < self->all->len; i++) {
        const object *one = &g_array_index(self->all, object, i);

        if (path != NULL ? strcmp(one->path, path) == 0 : g_strcmp0(one->stem, stem) == 0) {
            return one;
        }
    }
    return NULL;
}

void
ez_objects_report_copies(const ez_objects *self, GPtrArray *warnings)
{
    g_autoptr(ez_objects) now = ez_objects_new();

    for (guint i = 0; i < now->all->len; i++) {
        const object *one = &g_array_index(now->all, object, i);
        const object *other = find(self, NULL, one->stem);

        if (other != NULL && find(self, one->path, NULL) == NULL) {
            g_ptr_array_add(warnings,
                            g_strdup_printf("brings %s, though %s is loaded already: two copies of "
                                            "a library do not share what they keep; build it "
                                            "against the one that is there",
                                            one->path, other->path));
        }
    }
}
