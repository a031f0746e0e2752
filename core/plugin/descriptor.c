/* SPDX-License-Identifier: MIT */
/*
 * Only the plugin's own code can say where its descriptor is, and to ask it is to run it, with all its
 * constructors.  But a descriptor is a constant that begins with a magic number, and nearly always it
 * lies in the data of the file; so a file in which every such constant contradicts the note is refused
 * without.  What is not found here is compared when the file is loaded, as everything is.
 */
#include "plugin/descriptor.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/elf_memory.h"

#define SIZE_LEAST 72u /* of version 1.0 */
#define SIZE_MAX_SANE 4096u

execz_status
ez_descriptor_disagrees(const char *what, const char *descriptor, const char *note,
                        execz_error *err)
{
    return ez_plugin_fail(err, EZ_P_NOTE_DISAGREES,
                          "its descriptor has the %s '%s', the note in the file '%s': make both "
                          "the same and build it again",
                          what, descriptor == NULL ? "" : descriptor, note);
}

/* The text that the pointer at address will point to; NULL if that is not known. */
static const char *
text_behind(const ez_elf_memory *memory, uint64_t address)
{
    uint64_t target;

    return ez_elf_memory_pointer(memory, address, &target) && target != 0
               ? ez_elf_memory_text(memory, target)
               : NULL;
}

static execz_status
compare_text(const ez_elf_memory *memory, uint64_t address, const char *what, const char *note,
             execz_error *err)
{
    const char *text = text_behind(memory, address);

    return text == NULL || strcmp(text, note) == 0 ? EXECZ_OK
                                                   : ez_descriptor_disagrees(what, text, note, err);
}

static execz_status
compare_version(const char *what, uint32_t version, uint32_t note, execz_error *err)
{
    g_autofree char *text =
        g_strdup_printf("%u.%u", EXECZ_ABI_MAJOR(version), EXECZ_ABI_MINOR(version));
    g_autofree char *note_text =
        g_strdup_printf("%u.%u", EXECZ_ABI_MAJOR(note), EXECZ_ABI_MINOR(note));

    return version == note ? EXECZ_OK : ez_descriptor_disagrees(what, text, note_text, err);
}

/* A file with one component, whose alias must be that of the one note. */
static execz_status
compare_alias(const ez_elf_memory *memory, uint64_t address, const ez_plugin_file *file,
              execz_error *err)
{
    uint64_t components, component;

    if (file->n_parts != 1 ||
        !ez_elf_memory_pointer(memory, address + offsetof(execz_plugin, components), &components) ||
        !ez_elf_memory_pointer(memory, components, &component)) {
        return EXECZ_OK;
    }
    return compare_text(memory, component + offsetof(execz_component, alias), "alias",
                        file->parts[0].alias_text, err);
}

/* The descriptor whose first fields are those of head lies at address. */
static execz_status
compare(const ez_elf_memory *memory, uint64_t address, const execz_plugin *head,
        const ez_plugin_file *file, execz_error *err)
{
    execz_status status = compare_version("abi", head->abi, file->abi, err);

    if (status == EXECZ_OK) {
        status = compare_version("needs_abi", head->needs_abi, file->needs_abi, err);
    }
    if (status == EXECZ_OK) {
        status = compare_text(memory, address + offsetof(execz_plugin, id), "id", file->id, err);
    }
    if (status == EXECZ_OK) {
        status = compare_text(memory, address + offsetof(execz_plugin, version), "version",
                              file->version, err);
    }
    return status == EXECZ_OK ? compare_alias(memory, address, file, err) : status;
}

/* Where in the data of a segment the next constant that begins like a descriptor lies. */
static bool
find_next(ez_range data, size_t *at, execz_plugin *head)
{
    for (; ez_range_fetch(data, *at, head, 16); *at += sizeof(void *)) {
        if (head->magic == EXECZ_PLUGIN_MAGIC && head->size >= SIZE_LEAST &&
            head->size <= SIZE_MAX_SANE) {
            return true;
        }
    }
    return false;
}

/* Compares each descriptor in a segment until one agrees, which is true. */
static bool
any_agrees(const ez_elf_memory *memory, const Elf64_Phdr *segment, const ez_plugin_file *file,
           execz_error *why)
{
    size_t at = -segment->p_vaddr % sizeof(void *);
    execz_plugin head = {0};
    ez_range data;

    if (!ez_elf_memory_part(memory, segment->p_vaddr, segment->p_filesz, &data)) {
        return false;
    }
    for (; find_next(data, &at, &head); at += sizeof(void *)) {
        if (compare(memory, segment->p_vaddr + at, &head, file, why) == EXECZ_OK) {
            return true;
        }
    }
    return false;
}

execz_status
ez_descriptor_check(const ez_image *image, const ez_plugin_file *file, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    ez_elf_memory memory;
    Elf64_Phdr segment;

    if (!ez_elf_memory_init(&memory, image->bytes, image->size)) {
        return EXECZ_OK; /* others refuse it */
    }
    for (unsigned i = 0; ez_elf_memory_segment(&memory, i, &segment); i++) {
        /* It has pointers, so it is in what the loader changes. */
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 &&
            any_agrees(&memory, &segment, file, &why)) {
            return EXECZ_OK;
        }
    }
    return why.status == EXECZ_OK ? EXECZ_OK
                                  : ez_fail_code(err, why.status, why.code, "%s", why.message);
}
