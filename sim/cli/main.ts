console.log('spine')
