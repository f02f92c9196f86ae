// Photo picker with previews. The file input stays the truth, so the form works as any form does.

export function upload() {
  return {
    photos: [],
    message: "",

    add() {
      this.take(this.$refs.input.files);
    },

    // A second way in (the album); its files join those of the camera.
    addMore() {
      const fresh = [...this.$refs.album.files];
      this.$refs.album.value = "";
      this.take(fresh);
    },

    take(files) {
      const limit = Number(this.$root.dataset.max);
      const known = this.photos.map((photo) => photo.file);
      const fresh = [...files].filter((file) => !known.includes(file));
      const all = [...known, ...fresh];
      const tooMany = this.$root.querySelector("[data-too-many]").dataset.tooMany;
      this.message = all.length > limit ? tooMany : "";
      this.show(all.slice(0, limit));
    },

    remove(url) {
      this.message = "";
      this.show(this.photos.filter((photo) => photo.url !== url).map((photo) => photo.file));
    },

    clear() {
      this.message = "";
      this.show([]);
    },

    show(files) {
      const kept = new Map(this.photos.map((photo) => [photo.file, photo.url]));
      for (const [file, url] of kept) if (!files.includes(file)) URL.revokeObjectURL(url);
      this.photos = files.map((file) => ({
        file: file,
        name: file.name,
        url: kept.get(file) ?? URL.createObjectURL(file),
      }));
      const transfer = new DataTransfer();
      for (const file of files) transfer.items.add(file);
      this.$refs.input.files = transfer.files;
      this.$dispatch("photos-changed", { count: files.length });
    },
  };
}
