console.log("The cities example is not built yet.");
