document.getElementById("count").textContent =
    "The browser made " + (performance.getEntriesByType("resource").length + 1) + " requests for it.";
